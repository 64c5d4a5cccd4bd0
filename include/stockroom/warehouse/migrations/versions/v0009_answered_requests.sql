create index on ops.restock_requests (answered_by) where answered_by is not null;
