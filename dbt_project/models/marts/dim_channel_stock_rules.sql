with

channel_stock as (

    select * from {{ ref('stg_planners__channel_stock') }}

),

files_in_force as (

    select * from {{ ref('int_files_in_force') }}

),

ranked as (

    select
        *,
        {{ newest_first('rule_id') }} as version_rank

    from channel_stock

    where landing_file_id in (select files_in_force.landing_file_id from files_in_force)

),

newest as (

    select
        rule_id,
        channel_id,
        share_percent,
        buffer_units,
        set_by,
        valid_until,
        nullif(sku, '*') as sku

    from ranked

    where version_rank = 1

)

select * from newest
