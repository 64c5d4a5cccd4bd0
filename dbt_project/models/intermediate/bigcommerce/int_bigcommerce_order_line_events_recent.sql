{{ conformed_order_line_events('bigcommerce', since_build=true) }}
