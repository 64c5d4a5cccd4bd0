{# The plan date, the only clock that a model may read. Jobs give it in the environment, which is looked at when SQL is
   compiled: any other value among --vars has dbt parse the whole project again. #}
{% macro as_of_date() -%}
    {%- set given = var('as_of_date') or (execute and env_var('STOCKROOM_AS_OF_DATE', '')) -%}
    {%- if execute and not given -%}
        {{ exceptions.raise_compiler_error("as_of_date is not given; run dbt with --vars '{as_of_date: 2011-06-30}'") }}
    {%- endif -%}
    cast('{{ given or "1970-01-01" }}' as date)
{%- endmacro %}

{# The instant at which the plan date began in the store's time zone: facts count when they occurred before it. #}
{% macro cut_off() -%}
    {{ start_of_day(as_of_date()) }}
{%- endmacro %}
