with said as (
    select distinct on (message_key)
        message_key,
        verdict as answer_code,
        says as answer_says,
        said_at
    from ops.order_receipts
    where is_from_supplier
    order by message_key asc, said_at desc, landing_file_id desc, line_number desc
)

update ops.order_interchanges as interchanges set
    is_accepted = said.answer_code in ('A', 'E'),
    answered_at = said.said_at,
    answer_code = said.answer_code,
    answer_says = said.answer_says
from said
where
    interchanges.message_key = said.message_key
    -- What comes again keeps the time at which it was first said.
    and (interchanges.answer_code, interchanges.answer_says) is distinct from (said.answer_code, said.answer_says)
