-- One row per line of an invoice whose price is not that of the order, or with which its order line is charged for more
-- units than were ordered and not refused; the newest file about an invoice replaces the earlier ones. A line that the
-- order does not have has no price there.
with names as (
    select * from intermediate.int_supplier_names
),

invoices as (
    select
        charges.*,
        coalesce(names.supplier_id, charges.supplier_id) as said_by,
        rank() over (
            partition by charges.supplier_id, charges.invoice_number
            order by charges.landing_file_id desc
        ) as file_rank
    from staging.stg_suppliers__invoice_lines as charges
    left join names on charges.supplier_id = names.supplier_name
),

order_lines as (
    select
        orders.supplier_id,
        orders.po_number,
        orders.currency as order_currency,
        lines.line_number,
        lines.sku,
        lines.supplier_sku,
        lines.unit_cost,
        lines.units - coalesce(answers.units_rejected, 0) as units_due
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    left join ops.purchase_order_line_answers as answers
        on lines.po_number = answers.po_number and lines.line_number = answers.line_number
    where orders.state not in ('proposed', 'waiting', 'refused')
),

charged as (
    select
        invoices.said_by as supplier_id,
        invoices.invoice_number,
        invoices.order_number,
        invoices.units,
        invoices.unit_price,
        invoices.currency,
        coalesce(invoices.supplier_sku, invoices.sku) as item_number,
        coalesce(
            invoices.line_number,
            (
                select min(named.line_number) from order_lines as named
                where
                    named.po_number = invoices.order_number
                    and (named.sku = invoices.sku or named.supplier_sku = invoices.supplier_sku)
            )
        ) as line_number
    from invoices
    where
        invoices.file_rank = 1
        and (invoices.order_number, invoices.said_by) in (
            select
                order_lines.po_number,
                order_lines.supplier_id
            from order_lines
        )
),

-- A line is charged by several invoices, as it is sent in parts.
charged_so_far as (
    select
        *,
        sum(units) over (partition by order_number, line_number) as units_charged
    from charged
)

select
    charged.supplier_id,
    charged.invoice_number,
    charged.order_number,
    charged.line_number,
    charged.item_number,
    charged.units,
    charged.unit_price,
    order_lines.sku,
    order_lines.unit_cost,
    order_lines.order_currency,
    charged.units_charged,
    order_lines.units_due,
    coalesce(charged.currency, order_lines.order_currency) as currency,
    (
        order_lines.unit_cost is null
        or abs(charged.unit_price - order_lines.unit_cost) >= 0.005
        or coalesce(charged.currency, order_lines.order_currency) != order_lines.order_currency
    ) as is_other_price
from charged_so_far as charged
left join order_lines
    on charged.order_number = order_lines.po_number and charged.line_number = order_lines.line_number
where
    order_lines.unit_cost is null
    or abs(charged.unit_price - order_lines.unit_cost) >= 0.005
    or coalesce(charged.currency, order_lines.order_currency) != order_lines.order_currency
    or charged.units_charged > order_lines.units_due
order by charged.order_number, charged.line_number, charged.invoice_number, charged.item_number
