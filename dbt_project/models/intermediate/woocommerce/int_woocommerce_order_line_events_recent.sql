{{ conformed_order_line_events('woocommerce', untaken=true) }}
