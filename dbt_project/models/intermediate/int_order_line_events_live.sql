{{ live_order_line_events() }}
