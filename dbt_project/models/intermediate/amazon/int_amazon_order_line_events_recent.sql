{{ conformed_order_line_events('amazon', untaken=true) }}
