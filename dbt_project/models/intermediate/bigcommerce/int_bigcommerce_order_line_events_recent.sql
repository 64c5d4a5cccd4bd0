{{ conformed_order_line_events('bigcommerce', untaken=true) }}
