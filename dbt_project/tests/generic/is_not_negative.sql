{# Fails for every row in which one of the counts, prices or durations lies below zero. #}
{% test is_not_negative(model, columns) %}

select *

from {{ model }}

where
    {{ columns | join(' < 0\n    or ') }} < 0

{% endtest %}
