{# The parts of order lines whose listings planners say the parts of: a pack has one, a bundle several. CTEs, the last
   called `line_parts`; they read `lines` (channel_id, order_line_id, listing_id, sku, ordered_at) and `listing_parts`.
   The first part keeps the line's id. #}
{% macro parts_of_lines(lines) -%}
part_names as (

    select distinct
        channel_id,
        listing_name

    from listing_parts

),

-- The id that the channel gave a listing goes before what its sku field says.
named_lines as (

    select
        lines.channel_id,
        lines.order_line_id,
        lines.ordered_at,
        coalesce(by_id.listing_name, by_sku.listing_name) as listing_name

    from {{ lines }} as lines
    left join part_names as by_id
        on
            lines.channel_id = by_id.channel_id
            and lines.listing_id = by_id.listing_name
    left join part_names as by_sku
        on
            lines.channel_id = by_sku.channel_id
            and lines.sku = by_sku.listing_name

),

ranked_parts as (

    select
        named_lines.channel_id,
        named_lines.order_line_id,
        listing_parts.sku,
        listing_parts.units_per_listing,
        sum(listing_parts.units_per_listing) over (
            partition by named_lines.channel_id, named_lines.order_line_id
        ) as units_of_all_parts,
        row_number() over (
            partition by named_lines.channel_id, named_lines.order_line_id
            order by listing_parts.sku
        ) as part_rank

    from named_lines
    inner join listing_parts
        on
            named_lines.channel_id = listing_parts.channel_id
            and named_lines.listing_name = listing_parts.listing_name
            and (listing_parts.valid_from is null or named_lines.ordered_at >= listing_parts.valid_from)
            and (listing_parts.valid_before is null or named_lines.ordered_at < listing_parts.valid_before)

),

line_parts as (

    select
        channel_id,
        order_line_id,
        sku,
        units_per_listing,
        units_of_all_parts,
        case when part_rank = 1 then order_line_id else order_line_id || '/' || sku end as part_line_id

    from ranked_parts

)
{%- endmacro %}
