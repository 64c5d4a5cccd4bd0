{# Before an order table is filled: delete the rows of orders of which a newer version has landed. The model then adds
   what is missing, in the same transaction. #}
{% macro forget_superseded_orders() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where not exists (
            select 1
            from {{ ref('int_shopify_order_versions') }} as versions
            where
                versions.order_id = {{ this.identifier }}.order_id
                and versions.landing_file_id = {{ this.identifier }}.landing_file_id
                and versions.landing_line_number = {{ this.identifier }}.landing_line_number
        )
    {%- endif -%}
{%- endmacro %}
