-- Release orders, each with its reason and its message, in one statement: all of it or none. Events come with it.
with routed as (
    select
        po_number,
        reason
    from unnest(%(po_numbers)s::text[], %(reasons)s::text[]) as given (po_number, reason)
),

released as (
    update ops.purchase_orders as orders set
        state = 'released',
        updated_at = now(),
        changed_by = 'policy',
        change_note = routed.reason
    from routed
    where orders.po_number = routed.po_number and orders.state = 'proposed'
    returning orders.po_number, orders.version
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
