with

receipts as (

    select * from {{ ref('stg_wms__receipts') }}

    where landing_file_id > {{ newest_taken_file('wms', 'receipts') }}

),

adjustments as (

    select * from {{ ref('stg_wms__adjustments') }}

    where landing_file_id > {{ newest_taken_file('wms', 'adjustments') }}

),

counts as (

    select * from {{ ref('stg_wms__counts') }}

    where landing_file_id > {{ newest_taken_file('wms', 'counts') }}

),

events as (

    select
        'receipt/' || receipt_id as document_key,
        'receipt' as kind,
        landing_file_id,
        landing_line_number,
        sku,
        location_id,
        units,
        received_at as occurred_at

    from receipts

    union all

    select
        'adjustment/' || adjustment_id as document_key,
        case
            when lower(reason) like 'transfer%' and units < 0 then 'transfer_out'
            when lower(reason) like 'transfer%' then 'transfer_in'
            else 'adjustment'
        end as kind,
        landing_file_id,
        landing_line_number,
        sku,
        location_id,
        units,
        occurred_at

    from adjustments

    union all

    select
        'count/' || count_id as document_key,
        'count' as kind,
        landing_file_id,
        landing_line_number,
        sku,
        location_id,
        units,
        counted_at as occurred_at

    from counts

)

select * from events
