-- Release one waiting order in the name of a person, with its message, in one statement; its event comes with it.
with released as (
    update ops.purchase_orders set state = 'released', updated_at = now(), changed_by = %(who)s, change_note = %(note)s
    where po_number = %(po_number)s and version = %(version)s and state = 'waiting'
    returning po_number, version
)

insert into ops.outbox (message_key, kind, subject_key, state)
select
    'purchase_order/' || po_number || '/v' || version as message_key,
    'purchase_order' as kind,
    po_number || '/v' || version as subject_key,
    'pending' as state
from released
on conflict (message_key) do nothing
