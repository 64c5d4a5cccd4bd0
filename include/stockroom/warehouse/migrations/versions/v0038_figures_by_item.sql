create index availability_pushes_by_item on ops.availability_pushes (sku, location_id, availability_push_id);
