{# One end of Wilson's 95 % interval of a share (1927); null of nothing. `side`: - for the lower end, else +. #}
{% macro wilson_bound(found, among, side) -%}
    (
        (2 * {{ found }} + 3.841459 {{ side }} 1.959964 * sqrt(
            3.841459 + 4.0 * {{ found }} * ({{ among }} - {{ found }}) / nullif({{ among }}, 0)
        )) / (2 * (nullif({{ among }}, 0) + 3.841459))
    )
{%- endmacro %}
