-- One row per answer of late that no order line takes: an order, a line or an item that nobody ordered.
with known_lines as (
    select
        po_number,
        line_number,
        sku,
        supplier_sku
    from ops.purchase_order_lines
    union all
    select
        po_number,
        line_number,
        sku,
        null as supplier_sku
    from marts.fct_purchase_order_lines
    where origin = 'history'
),

answers as (
    select distinct
        supplier_id,
        order_number,
        line_number,
        sku,
        supplier_sku
    from staging.stg_suppliers__acknowledgement_lines
    where received_at >= %(since)s and received_at < %(moment)s
)

select
    answers.supplier_id,
    answers.order_number,
    answers.line_number,
    coalesce(answers.sku, answers.supplier_sku) as item,
    exists(
        select from known_lines
        where known_lines.po_number = answers.order_number
    ) as is_order_known
from answers
where
    not exists (
        select from known_lines
        where
            known_lines.po_number = answers.order_number
            and known_lines.line_number = coalesce(answers.line_number, known_lines.line_number)
            and (
                answers.line_number is not null
                or coalesce(answers.sku, answers.supplier_sku) is null
                or answers.sku = known_lines.sku
                or answers.supplier_sku = known_lines.supplier_sku
            )
    )
order by answers.supplier_id asc, answers.order_number asc, answers.line_number asc nulls first, item asc
