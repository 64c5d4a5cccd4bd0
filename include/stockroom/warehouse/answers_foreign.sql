-- One row per order and supplier that answered it lately though it is not its own: its newest file. It moves nothing.
with names as (
    select * from intermediate.int_supplier_names
),

all_orders as (
    select
        po_number,
        supplier_id
    from ops.purchase_orders
    where state not in ('proposed', 'waiting', 'refused')
    union all
    select distinct
        po_number,
        supplier_id
    from marts.fct_purchase_order_lines
    where origin = 'history'
),

said as (
    select
        landing_file_id,
        supplier_id,
        order_number
    from staging.stg_suppliers__acknowledgement_lines
    union all
    select
        landing_file_id,
        supplier_id,
        order_number
    from staging.stg_suppliers__shipment_lines
    union all
    select
        landing_file_id,
        supplier_id,
        order_number
    from staging.stg_suppliers__invoice_lines
),

newest as (
    select
        said.order_number,
        said.supplier_id as said_by,
        all_orders.supplier_id as ordered_from,
        max(said.landing_file_id) as landing_file_id
    from said
    inner join all_orders on said.order_number = all_orders.po_number
    left join names on said.supplier_id = names.supplier_name
    where coalesce(names.supplier_id, said.supplier_id) != all_orders.supplier_id
    group by said.order_number, said.supplier_id, all_orders.supplier_id
)

select
    newest.order_number,
    newest.said_by,
    newest.ordered_from,
    files.file_name
from newest
inner join raw.landing_files as files on newest.landing_file_id = files.landing_file_id
where files.landed_at > now() - make_interval(days => %(days)s)
order by newest.order_number, newest.said_by
