with

listings as (

    select * from {{ ref('stg_planners__listings') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('listing_part_id') }} as version_rank

    from listings

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

in_force as (

    select
        channel_id,
        listing_id,
        listing_sku,
        sku,
        units_per_listing,
        case when valid_from is not null then {{ start_of_day('valid_from') }} end as valid_from,
        case when valid_until is not null then {{ start_of_day(add_days('valid_until', 1)) }} end as valid_before

    from ranked

    where version_rank = 1

),

-- A listing is named by the channel's own id of it, or by what its sku field says there.
parts as (

    select
        channel_id,
        listing_id as listing_name,
        sku,
        units_per_listing,
        valid_from,
        valid_before

    from in_force

    union

    select
        channel_id,
        listing_sku as listing_name,
        sku,
        units_per_listing,
        valid_from,
        valid_before

    from in_force

)

select * from parts
