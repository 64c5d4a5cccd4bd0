select raw.ensure_stream(
    'suppliers_order_receipts',
    'What the 997 of a supplier says of an interchange that we sent; key: sender/group_kind/group_control',
    false
);

alter table ops.order_interchanges add column answer_code text;
alter table ops.order_interchanges add column answer_says text;

comment on column ops.order_interchanges.answered_at is
'When the supplier''s program said so, as its 997 dates itself.';
comment on column ops.order_interchanges.answer_code is
'As X12 spells it: A taken, E taken with errors, P taken in part, R, M, W or X refused.';
comment on column ops.order_interchanges.answer_says is
'Which segments and elements it finds wrong, and why; empty: none.';
