with

oversells as (

    select * from {{ source('ops', 'oversells') }}

),

renamed as (

    select
        oversell_id,
        sku,
        location_id,
        state,
        units_short,
        orders_short,
        began_at,
        known_at,
        noticed_at,
        resolved_at,
        money_at_risk,
        action,
        recommendation

    from oversells

)

select * from renamed
