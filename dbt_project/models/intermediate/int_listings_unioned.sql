with

listings as (

    {{ union_of_channels('listings') }}

)

select * from listings
