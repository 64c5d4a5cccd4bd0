-- Leave proposals as they are that a person refused a short while ago; the order says so.
with routed as (
    select
        po_number,
        reason
    from unnest(%(po_numbers)s::text[], %(reasons)s::text[]) as given (po_number, reason)
)

update ops.purchase_orders as orders set
    changed_by = 'policy',
    change_note = routed.reason
from routed
where orders.po_number = routed.po_number and orders.state = 'proposed'
returning orders.po_number
