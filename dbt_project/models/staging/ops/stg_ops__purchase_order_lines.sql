with

versions as (

    select * from {{ ref('stg_ops__purchase_order_versions') }}

),

standings as (

    select * from {{ ref('stg_ops__purchase_order_standings') }}

),

dated_lines as (

    select
        versions.po_number,
        standings.version,
        versions.supplier_id,
        versions.location_id,
        versions.currency,
        standings.exchange_rate,
        standings.version_plan_date as plan_date,
        standings.plan_date as known_from_date,
        standings.next_plan_date as known_until_date,
        standings.to_state as state,
        versions.line_number,
        versions.sku,
        versions.supplier_sku,
        versions.unit_cost,
        versions.reason,
        versions.units as units_ordered,
        -- A person's late release moves the day of what it releases.
        case
            when standings.version = versions.newest_version then versions.newest_requested_date
            else standings.requested_date
        end as requested_date

    from versions
    inner join standings
        on
            versions.po_number = standings.po_number
            and versions.version = standings.version

)

select * from dated_lines
