with

channels as (

    select
        'shopify' as channel_id,
        'Shopify' as name,
        'online_store' as kind

    union all

    select
        'wholesale' as channel_id,
        'Wholesale files' as name,
        'bulk_files' as kind

)

select * from channels
