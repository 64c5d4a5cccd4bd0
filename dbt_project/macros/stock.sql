{# Units that an event takes out of what can be sold; negative where it gives them back. Unsaleable returns never do. #}
{% macro units_taken(events) -%}
    case
        when {{ events }}.event_kind = 'ordered' then {{ events }}.units
        when {{ events }}.event_kind in ('cancelled', 'returned') then -{{ events }}.units
        else 0
    end
{%- endmacro %}
