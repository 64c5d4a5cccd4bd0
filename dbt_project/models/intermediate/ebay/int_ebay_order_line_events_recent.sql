{{ conformed_order_line_events('ebay', untaken=true) }}
