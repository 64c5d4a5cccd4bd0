{{ conformed_order_lines('woocommerce') }}
