{# What happened to units of order lines, as one branch of stg_<channel>__order_line_events: rows of `relation`, each
   with landing file, landing line, order and line, and as many units as `units` says; of none nothing happened. #}
{% macro line_event(relation, kind, key, at='occurred_at', units='units', where=none) -%}
    select
        landing_file_id,
        landing_line_number,
        order_id,
        order_line_id,
        {{ key }} as event_key,
        {{ kind }} as event_kind,
        {{ at }} as occurred_at,
        cast({{ units }} as integer) as units

    from {{ relation }}

    where
        {{ units }} > 0
        {{ "and " ~ where if where }}
{%- endmacro %}
