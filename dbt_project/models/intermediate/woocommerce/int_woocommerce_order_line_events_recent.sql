{{ conformed_order_line_events('woocommerce', since_build=true) }}
