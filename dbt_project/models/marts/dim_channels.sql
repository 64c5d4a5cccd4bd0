with

channels as (

    select * from {{ ref('stg_ops__channels') }}

),

described as (

    select
        channel_id,
        channel_name as name,
        kind,
        is_connected

    from channels

)

select * from described
