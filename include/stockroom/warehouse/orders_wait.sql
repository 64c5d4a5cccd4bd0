-- What the policy does not let go waits for a person.
with waiting as (
    update ops.purchase_orders set state = 'waiting', updated_at = now()
    where
        state = 'proposed' and plan_date <= %(as_of_date)s
        and not (currency = %(currency)s and value <= %(threshold)s)
    returning po_number, version, currency
),

events as (
    insert into ops.purchase_order_events (po_number, version, from_state, to_state, actor, note)
    select
        po_number,
        version,
        'proposed' as from_state,
        'waiting' as to_state,
        'policy' as actor,
        case
            when currency = %(currency)s then 'above the approval threshold of ' || %(said_threshold)s::text
            else 'in ' || currency || ', which the approval threshold does not cover'
        end as note
    from waiting
    order by po_number
)

select po_number from waiting
