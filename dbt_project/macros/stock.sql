{# Units that an event takes out of what can be sold; negative where it gives them back. Unsaleable returns never do. #}
{% macro units_taken(events) -%}
    case
        when {{ events }}.event_kind = 'ordered' then {{ events }}.units
        when {{ events }}.event_kind in ('cancelled', 'returned') then -{{ events }}.units
        else 0
    end
{%- endmacro %}

{# Units of a purchase order line that are still to come. Plans and the watch of supply ask the same function of the
   warehouse, so that all say the same. Null: nobody said so, or nothing came. #}
{% macro units_open(ordered, rejected, shipped, received) -%}
    {{ return(adapter.dispatch('units_open', 'stockroom')(ordered, rejected, shipped, received)) }}
{%- endmacro %}

{% macro default__units_open(ordered, rejected, shipped, received) -%}
    ops.units_open({{ ordered }}, {{ rejected }}, {{ shipped }}, {{ received }})
{%- endmacro %}
