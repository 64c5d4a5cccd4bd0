{{ conformed_order_line_events('ebay', since_build=true) }}
