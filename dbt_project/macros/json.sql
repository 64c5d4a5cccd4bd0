{# What differs between engines in reading documents; models never touch jsonb themselves. #}

{# The text at a path inside a document, null where there is none: json_text('document', 'customer', 'id'). #}
{% macro json_text(document) -%}
    {{ return(adapter.dispatch('json_text', 'stockroom')(document, varargs)) }}
{%- endmacro %}

{% macro default__json_text(document, path) -%}
    {%- if path | length == 1 -%}
        {{ document }} ->> '{{ path[0] }}'
    {%- else -%}
        {{ document }} #>> '{{ "{" ~ path | join(",") ~ "}" }}'
    {%- endif -%}
{%- endmacro %}

{# A join that gives one row per element of the list at a path; `<name>.document` is the element. A document without the
   list gives no row, so this is an inner join in effect. #}
{% macro each_element(document, path, name) -%}
    {{ return(adapter.dispatch('each_element', 'stockroom')(document, path, name)) }}
{%- endmacro %}

{% macro default__each_element(document, path, name) -%}
    cross join lateral jsonb_array_elements({{ document }} #> '{{ "{" ~ path | join(",") ~ "}" }}') as {{ name }} (document)
{%- endmacro %}

{# A list of names as one text, a comma before and behind each: `like '%,name,%'` finds one. #}
{% macro names_in_commas(names) -%}
    {{ return(adapter.dispatch('names_in_commas', 'stockroom')(names)) }}
{%- endmacro %}

{% macro default__names_in_commas(names) -%}
    ',' || array_to_string({{ names }}, ',') || ','
{%- endmacro %}
