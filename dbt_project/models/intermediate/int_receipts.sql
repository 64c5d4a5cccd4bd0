with

receipts as (

    select * from {{ ref('stg_wms__receipts') }}

),

store_lines as (

    select * from {{ ref('stg_suppliers__purchase_order_lines') }}

),

our_lines as (

    select * from {{ ref('stg_ops__purchase_order_versions') }}

),

ranked as (

    select
        *,
        {{ newest_first('receipt_id') }} as version_rank

    from receipts

),

ranked_store_lines as (

    select
        *,
        {{ newest_first('purchase_order_line_id') }} as version_rank

    from store_lines

),

newest as (

    select
        receipt_id,
        landing_file_id,
        shipment_id,
        po_number,
        line_number,
        location_id,
        sku,
        units,
        received_at

    from ranked

    where version_rank = 1

),

lines as (

    select
        po_number,
        line_number,
        sku,
        units_ordered

    from ranked_store_lines

    where version_rank = 1

    union all

    select
        po_number,
        line_number,
        sku,
        units as units_ordered

    from our_lines

    where version = newest_version

),

named as (

    select
        po_number,
        line_number,
        sum(units) as units_received

    from newest

    where line_number is not null

    group by
        po_number,
        line_number

),

-- What the receipts that name a line leave of it, for those that do not.
with_room as (

    select
        lines.po_number,
        lines.line_number,
        lines.sku,
        greatest(lines.units_ordered - coalesce(named.units_received, 0), 0) as units_free

    from lines
    left join named
        on
            lines.po_number = named.po_number
            and lines.line_number = named.line_number

),

-- The lines of an order's SKU lie end to end, from the first unit to the last; so do, below, what came for them.
-- Where both overlap, a receipt belongs to a line. The last line has no end: it takes what is over.
reaches as (

    select
        po_number,
        line_number,
        sku,
        sum(units_free) over (partition by po_number, sku order by line_number) - units_free as first_unit,
        case
            when lead(line_number) over (partition by po_number, sku order by line_number) is not null
                then sum(units_free) over (partition by po_number, sku order by line_number)
        end as end_unit

    from with_room

),

-- By when it was booked in, never by when its file came: a late file changes nothing.
unnamed as (

    select
        *,
        sum(units) over (partition by po_number, sku order by received_at, receipt_id) - units as first_unit,
        sum(units) over (partition by po_number, sku order by received_at, receipt_id) as end_unit

    from newest

    where line_number is null

),

placed as (

    select
        unnamed.receipt_id,
        unnamed.landing_file_id,
        unnamed.shipment_id,
        unnamed.po_number,
        reaches.line_number,
        unnamed.location_id,
        unnamed.sku,
        cast(
            case
                when reaches.line_number is null then unnamed.units
                else
                    least(unnamed.end_unit, coalesce(reaches.end_unit, unnamed.end_unit))
                    - greatest(unnamed.first_unit, reaches.first_unit)
            end as integer
        ) as units,
        unnamed.received_at

    from unnamed
    left join reaches
        on
            unnamed.po_number = reaches.po_number
            and unnamed.sku = reaches.sku
            and unnamed.end_unit > reaches.first_unit
            and (reaches.end_unit is null or unnamed.first_unit < reaches.end_unit)

),

all_receipts as (

    select * from newest

    where line_number is not null

    union all

    select * from placed

),

keyed as (

    select
        *,
        receipt_id || coalesce('/' || line_number, '') as receipt_line_id

    from all_receipts

)

select * from keyed
