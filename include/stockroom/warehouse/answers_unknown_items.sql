-- One row per item number that a supplier used and its catalogue does not hold, in its newest statement of stock or
-- about an order that is still open; with the numbers that its catalogue does hold.
with names as (
    select * from intermediate.int_supplier_names
),

newest_statements as (
    select
        supplier_id,
        max(landing_file_id) as landing_file_id
    from staging.stg_suppliers__availability
    group by supplier_id
),

open_lines as (
    select
        orders.po_number,
        lines.line_number,
        lines.sku,
        lines.supplier_sku
    from ops.purchase_orders as orders
    inner join ops.purchase_order_states as states on orders.state = states.state
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    where states.is_on_order
),

said as (
    select
        statements.supplier_id,
        statements.supplier_sku,
        statements.sku,
        'its stock' as about
    from staging.stg_suppliers__availability as statements
    inner join newest_statements
        on
            statements.supplier_id = newest_statements.supplier_id
            and statements.landing_file_id = newest_statements.landing_file_id
    union all
    select
        shipments.supplier_id,
        shipments.supplier_sku,
        shipments.sku,
        'shipment ' || shipments.shipment_id as about
    from staging.stg_suppliers__shipment_lines as shipments
    where
        shipments.order_number in (select open_lines.po_number from open_lines)
        and not exists (
            select from open_lines
            where
                open_lines.po_number = shipments.order_number
                and (
                    open_lines.line_number = shipments.line_number or open_lines.sku = shipments.sku
                    or open_lines.supplier_sku = shipments.supplier_sku
                )
        )
    union all
    select
        answers.supplier_id,
        answers.supplier_sku,
        answers.sku,
        'its answer to ' || answers.order_number as about
    from staging.stg_suppliers__acknowledgement_lines as answers
    where
        (answers.supplier_sku is not null or answers.sku is not null)
        and answers.order_number in (select open_lines.po_number from open_lines)
        and not exists (
            select from open_lines
            where
                open_lines.po_number = answers.order_number
                and (
                    open_lines.line_number = answers.line_number or open_lines.sku = answers.sku
                    or open_lines.supplier_sku = answers.supplier_sku
                )
        )
),

catalogue as (
    select
        supplier_id,
        supplier_sku,
        sku
    from staging.stg_suppliers__catalogue_items
    group by supplier_id, supplier_sku, sku
)

select
    said.supplier_id as said_by,
    names.supplier_id,
    coalesce(said.supplier_sku, said.sku) as item_number,
    min(said.about) as about,
    (
        select array_agg(catalogue.supplier_sku order by catalogue.supplier_sku)
        from catalogue
        where catalogue.supplier_id = names.supplier_id
    ) as known_numbers
from said
left join names on said.supplier_id = names.supplier_name
where
    names.supplier_id is null
    or not exists (
        select from catalogue
        where
            catalogue.supplier_id = names.supplier_id
            and (catalogue.supplier_sku = said.supplier_sku or catalogue.sku = said.sku)
    )
group by said.supplier_id, names.supplier_id, coalesce(said.supplier_sku, said.sku)
order by said.supplier_id collate "C", coalesce(said.supplier_sku, said.sku) collate "C"
