with

receipts as (

    select * from {{ ref('stg_wms__receipts') }}

),

ranked as (

    select
        *,
        {{ newest_first('receipt_id') }} as version_rank

    from receipts

),

newest as (

    select
        receipt_id,
        shipment_id,
        po_number,
        line_number,
        location_id,
        sku,
        units,
        received_at

    from ranked

    where version_rank = 1

)

select * from newest
