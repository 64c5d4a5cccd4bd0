-- Channels make their raw tables when they are connected; which notices an order came of must be readable before.
select raw.ensure_stream(
    'woocommerce_orders', 'WooCommerce orders with their refunds in full (refund_records); key: id', false
);
