{# Fails for every combination of the columns that names more than one row, or that lacks a part. #}
{% test is_key(model, columns) %}

select
    {{ columns | join(',\n    ') }},
    count(*) as rows_with_this_key

from {{ model }}

group by {{ columns | join(', ') }}

having
    count(*) > 1
    or {{ columns | join(' is null\n    or ') }} is null

{% endtest %}
