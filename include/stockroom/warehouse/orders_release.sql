-- Release what the policy lets go, with its event and its message, in one statement: all of it or none.
with released as (
    update ops.purchase_orders set state = 'released', updated_at = now()
    where
        state = 'proposed' and plan_date <= %(as_of_date)s
        and currency = %(currency)s and value <= %(threshold)s
    returning po_number, version
),

events as (
    insert into ops.purchase_order_events (po_number, version, from_state, to_state, actor, note)
    select
        po_number,
        version,
        'proposed' as from_state,
        'released' as to_state,
        'policy' as actor,
        'not above the approval threshold of ' || %(said_threshold)s::text as note
    from released
    order by po_number
),

messages as (
    insert into ops.outbox (message_key, kind, subject_key, state)
    select
        'purchase_order/' || po_number || '/v' || version as message_key,
        'purchase_order' as kind,
        po_number || '/v' || version as subject_key,
        'pending' as state
    from released
    on conflict (message_key) do nothing
)

select po_number from released
