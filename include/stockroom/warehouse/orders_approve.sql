-- Release one waiting order in the name of a person, with its event and its message, in one statement.
with released as (
    update ops.purchase_orders set state = 'released', updated_at = now()
    where po_number = %(po_number)s and version = %(version)s and state = 'waiting'
    returning po_number, version
),

events as (
    insert into ops.purchase_order_events (po_number, version, from_state, to_state, actor, note)
    select
        po_number,
        version,
        'waiting' as from_state,
        'released' as to_state,
        %(who)s as actor,
        %(note)s as note
    from released
)

insert into ops.outbox (message_key, kind, subject_key, state)
select
    'purchase_order/' || po_number || '/v' || version as message_key,
    'purchase_order' as kind,
    po_number || '/v' || version as subject_key,
    'pending' as state
from released
on conflict (message_key) do nothing
