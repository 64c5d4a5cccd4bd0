{# The master sku: case and padding of what a source sent do not make another product. #}
{% macro clean_sku(code) -%}
    nullif(upper(trim({{ code }})), '')
{%- endmacro %}

{# A cell that holds nothing but spaces is no value. #}
{% macro blank_to_null(cell) -%}
    nullif(trim({{ cell }}), '')
{%- endmacro %}

{# The rows of the newest version of each record, by the record's own time where it has one, else by landing. #}
{% macro newest_first(key, updated_at=none) -%}
    row_number() over (
        partition by {{ key }}
        order by {% if updated_at %}{{ updated_at }} desc nulls last, {% endif %}landing_file_id desc, landing_line_number desc
    )
{%- endmacro %}

{# A list of texts for `in (...)`. #}
{% macro quoted_list(texts) -%}
    {%- for text in texts %}'{{ text }}'{{ ", " if not loop.last }}{% endfor -%}
{%- endmacro %}

{# The number of a purchase order as a supplier repeats it: what stands behind a slash is its version. #}
{% macro order_number_of(said) -%}
    upper(trim(split_part({{ said }}, '/', 1)))
{%- endmacro %}
