{{ conformed_order_line_events('amazon', since_build=true) }}
