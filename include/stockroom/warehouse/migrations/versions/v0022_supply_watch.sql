-- What is late, short or refused is weighed in money, put before one person, and remembered with what came of it.
alter table ops.exceptions
add column first_sign_at timestamptz,
add column po_number text,
add column line_number integer,
add column sku text,
add column location_id text,
add column supplier_id text,
add column stockout_probability double precision,
add column money_at_risk numeric(14, 2),
add column currency text,
add column proposal text,
add column proposal_gain numeric(14, 2),
add column owner text,
add column put_forward_on date,
add column answer text check (answer in ('acted', 'dismissed')),
add column answered_by text,
add column answered_at timestamptz,
add column answer_note text,
add column state text not null generated always as (
    case when answer is not null then answer when resolved_at is not null then 'resolved' else 'open' end
) stored;

create index on ops.exceptions (kind) where resolved_at is null;

comment on column ops.exceptions.first_sign_at is
'When the first sign of it could be seen, by the store''s clock as raised_at; null: it has none but itself.';
comment on column ops.exceptions.stockout_probability is
'That somebody asks in vain before the goods come; null where no stock hangs on it, as all columns of supply.';
comment on column ops.exceptions.money_at_risk is
'What is lost, as expected, if nobody acts: margin and goodwill until the goods come; in currency.';
comment on column ops.exceptions.proposal is 'What would help most, in words.';
comment on column ops.exceptions.proposal_gain is 'How much of the money at risk that saves, as expected, in currency.';
comment on column ops.exceptions.owner is 'Who is asked, by name.';
comment on column ops.exceptions.put_forward_on is
'Day on which it was among the worst and put before its owner; null: it waits behind graver ones.';
comment on column ops.exceptions.answer is
'What a person said: acted, or dismissed as no trouble. It holds as long as the cause does.';
comment on column ops.exceptions.resolved_at is 'When its cause was gone; null while it stands.';
comment on column ops.exceptions.state is 'open, acted, dismissed, or resolved: gone by itself.';

create table ops.purchase_order_line_answers (
    po_number text not null,
    line_number integer not null,
    first_answered_at timestamptz,
    answered_at timestamptz,
    units_accepted integer,
    units_backordered integer,
    units_rejected integer,
    unit_price numeric(14, 4),
    promised_date date,
    backorder_date date,
    units_shipped integer not null default 0,
    first_shipped_at timestamptz,
    expected_date date,
    primary key (po_number, line_number)
);

comment on table ops.purchase_order_line_answers is
'One row per order line that its supplier said something about: its newest answer, and all that it says it sent.';
comment on column ops.purchase_order_line_answers.answered_at is
'When the newest answer was given; null: the supplier shipped without a word.';
comment on column ops.purchase_order_line_answers.units_accepted is
'Units that come as ordered or as changed; null without an answer.';
comment on column ops.purchase_order_line_answers.units_backordered is 'Units that come later.';
comment on column ops.purchase_order_line_answers.units_rejected is
'Units that do not come: refused in words, or left out of the answer.';
comment on column ops.purchase_order_line_answers.unit_price is 'Price that it states; null: as ordered.';
comment on column ops.purchase_order_line_answers.promised_date is 'When it promises what it accepts.';
comment on column ops.purchase_order_line_answers.backorder_date is 'When it promises the rest; null: it does not say.';
comment on column ops.purchase_order_line_answers.expected_date is 'When it expects the last shipment at our door.';

create table plan.arrival_odds (
    as_of_date date not null,
    po_number text not null,
    line_number integer not null,
    supplier_id text not null,
    sku text not null,
    location_id text not null,
    units_open integer not null,
    waited_days double precision not null,
    late_from timestamptz not null,
    due_date date not null,
    chance_by_due double precision not null,
    chance_in_7_days double precision not null,
    chance_in_14_days double precision not null,
    chance_in_28_days double precision not null,
    median_arrival_date date not null,
    primary key (as_of_date, po_number, line_number)
);

comment on table plan.arrival_odds is
'One row per day and order line under way: the chance that it comes by a date, given how long it has been out.';
comment on column plan.arrival_odds.waited_days is 'Since the order left, without the days on which nothing moved.';
comment on column plan.arrival_odds.late_from is
'From then on it is late: only one in five orders of this supplier takes longer.';
comment on column plan.arrival_odds.due_date is
'As the supplier last promised, else as we asked for it, else as its orders usually take.';
comment on column plan.arrival_odds.median_arrival_date is 'It comes by then in half of all cases.';
