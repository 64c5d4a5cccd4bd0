select raw.ensure_stream(
    'suppliers_acknowledgements',
    'What a supplier says to a line of an order, 0 for all of it; key: supplier_id/order_number/line_number',
    false
);
select raw.ensure_stream(
    'suppliers_shipments', 'An item of a shipment that a supplier has sent; key: supplier_id/shipment_id', false
);
select raw.ensure_stream(
    'suppliers_invoices', 'A line that a supplier charges; key: supplier_id/invoice_number', false
);
select raw.ensure_stream(
    'suppliers_availability', 'What a supplier has of an item; key: supplier_id/supplier_sku', false
);
