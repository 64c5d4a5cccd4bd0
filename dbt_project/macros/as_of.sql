{# The plan date, the only clock that a model may read. #}
{% macro as_of_date() -%}
    {%- set given = var('as_of_date') -%}
    {%- if execute and not given -%}
        {{ exceptions.raise_compiler_error("as_of_date is not given; run dbt with --vars '{as_of_date: 2011-06-30}'") }}
    {%- endif -%}
    cast('{{ given or "1970-01-01" }}' as date)
{%- endmacro %}

{# The instant at which the plan date began in the store's time zone: facts count when they occurred before it. #}
{% macro cut_off() -%}
    {{ start_of_day(as_of_date()) }}
{%- endmacro %}
