-- Opens an oversell; of one that is open it says what is true now, but for the most that was short at once.
insert into ops.oversells as known (
    sku, location_id, units_short, orders_short, began_at, known_at, money_at_risk, action, recommendation, remedies
) values (
    %(sku)s, %(location_id)s, %(units_short)s, %(orders_short)s, %(began_at)s, %(known_at)s, %(money_at_risk)s,
    %(action)s, %(recommendation)s, %(remedies)s
)
on conflict (sku, location_id) where state = 'open' do update
    set
        units_short = greatest(known.units_short, excluded.units_short),
        orders_short = greatest(known.orders_short, excluded.orders_short),
        began_at = least(known.began_at, excluded.began_at),
        known_at = least(known.known_at, excluded.known_at),
        money_at_risk = excluded.money_at_risk,
        action = excluded.action,
        recommendation = excluded.recommendation,
        remedies = excluded.remedies,
        checked_at = clock_timestamp()
returning oversell_id
