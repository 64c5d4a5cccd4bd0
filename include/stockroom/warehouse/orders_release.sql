-- Release what the policy lets go, with its message, in one statement: all of it or none. Events come with it.
with released as (
    update ops.purchase_orders set
        state = 'released',
        updated_at = now(),
        changed_by = 'policy',
        change_note = 'not above the approval threshold of ' || %(said_threshold)s::text
    where
        state = 'proposed' and plan_date <= %(as_of_date)s
        and currency = %(currency)s and value <= %(threshold)s
    returning po_number, version
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
