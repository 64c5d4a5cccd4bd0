with

terms as (

    select * from {{ ref('stg_suppliers__terms') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('supplier_id') }} as version_rank

    from terms

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

drop_shippers as (

    select
        supplier_id,
        drop_ship_location_id as location_id,
        coalesce(drop_ship_buffer_units, 0) as buffer_units,
        coalesce(drop_ship_hours, {{ var('drop_ship_hours') }}) as statement_hours,
        coalesce(drop_ship_offer_old, false) as is_offered_when_old,
        drop_ship_orders_from as orders_from_date

    from ranked

    where
        version_rank = 1
        and drop_ship_location_id is not null

)

select * from drop_shippers
