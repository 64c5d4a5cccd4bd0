{# What differs between engines in time: zones, instants and date arithmetic. #}

{# The store's calendar day on which an instant falls. #}
{% macro local_date(instant) -%}
    {{ return(adapter.dispatch('local_date', 'stockroom')(instant)) }}
{%- endmacro %}

{% macro default__local_date(instant) -%}
    cast({{ instant }} at time zone '{{ var("store_time_zone") }}' as date)
{%- endmacro %}

{# The instant at which a day begins in the store's time zone. #}
{% macro start_of_day(day) -%}
    {{ return(adapter.dispatch('start_of_day', 'stockroom')(day)) }}
{%- endmacro %}

{% macro default__start_of_day(day) -%}
    (cast({{ day }} as timestamp) at time zone '{{ var("store_time_zone") }}')
{%- endmacro %}

{# An ISO text with its own offset, as an instant. #}
{% macro instant(text) -%}
    {{ return(adapter.dispatch('instant', 'stockroom')(text)) }}
{%- endmacro %}

{% macro default__instant(text) -%}
    cast({{ text }} as timestamp with time zone)
{%- endmacro %}

{# An ISO text without an offset that is meant in UTC, as an instant. #}
{% macro utc_instant(text) -%}
    {{ return(adapter.dispatch('utc_instant', 'stockroom')(text)) }}
{%- endmacro %}

{% macro default__utc_instant(text) -%}
    cast(({{ text }}) || 'Z' as timestamp with time zone)
{%- endmacro %}

{# A wall-clock text of the store's time zone, as an instant. #}
{% macro local_instant(text) -%}
    {{ return(adapter.dispatch('local_instant', 'stockroom')(text)) }}
{%- endmacro %}

{% macro default__local_instant(text) -%}
    (cast({{ text }} as timestamp) at time zone '{{ var("store_time_zone") }}')
{%- endmacro %}

{# A day some days later (earlier when negative). #}
{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days', 'stockroom')(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    ({{ day }} + {{ days }})
{%- endmacro %}

{# An instant some days of 24 hours earlier. #}
{% macro instant_days_before(instant, days) -%}
    {{ return(adapter.dispatch('instant_days_before', 'stockroom')(instant, days)) }}
{%- endmacro %}

{% macro default__instant_days_before(instant, days) -%}
    ({{ instant }} - {{ days }} * interval '1 day')
{%- endmacro %}

{# Days from one instant to a later one, with their fraction. #}
{% macro days_from_to(first, last) -%}
    {{ return(adapter.dispatch('days_from_to', 'stockroom')(first, last)) }}
{%- endmacro %}

{% macro default__days_from_to(first, last) -%}
    cast(extract(epoch from {{ last }} - {{ first }}) / 86400 as numeric(10, 4))
{%- endmacro %}

{# A join that gives one row per day from `first` up to, but without, `until`; `<name>.days_later` counts from 0. #}
{% macro each_day(first, until, name) -%}
    {{ return(adapter.dispatch('each_day', 'stockroom')(first, until, name)) }}
{%- endmacro %}

{% macro default__each_day(first, until, name) -%}
    cross join lateral generate_series(0, {{ until }} - {{ first }} - 1) as {{ name }} (days_later)
{%- endmacro %}

{# Seconds from one instant to another. #}
{% macro seconds_between(first, last) -%}
    {{ return(adapter.dispatch('seconds_between', 'stockroom')(first, last)) }}
{%- endmacro %}

{% macro default__seconds_between(first, last) -%}
    extract(epoch from ({{ last }}) - ({{ first }}))
{%- endmacro %}
