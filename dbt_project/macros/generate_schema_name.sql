{# The schema is exactly the one its folder configures: readers and grants name `marts`, not `dev_marts`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
