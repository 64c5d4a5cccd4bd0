-- What became of each notice. An order names the notice that it came from by a token that says nothing of the shopper.

create table ops.restock_outcomes (
    outcome_id bigint generated always as identity primary key,
    request_id text not null references ops.restock_requests on delete cascade,
    wave_id bigint not null references ops.restock_waves,
    sku text not null,
    category text,
    quantity integer not null,
    expected_units numeric(12, 4) not null,
    is_held_out boolean not null default false,
    cart_token text unique default replace(gen_random_uuid()::text, '-', ''),
    chosen_at timestamptz not null,
    sent_at timestamptz,
    clicked_at timestamptz,
    found_sold_out_at timestamptz,
    bought_at timestamptz,
    unique (request_id, wave_id)
);

create index on ops.restock_outcomes (wave_id);
create index on ops.restock_outcomes (sku, chosen_at);

comment on table ops.restock_outcomes is
'One row per request and wave that chose it: what became of the notice, or of holding it back.';
comment on column ops.restock_outcomes.category is 'Of the product when it was chosen, as the shop says; null: none.';
comment on column ops.restock_outcomes.expected_units is
'Units that the wave counted on for it: quantity x the take of then.';
comment on column ops.restock_outcomes.is_held_out is
'Its turn had come and it was not told, so that what notices bring can be measured; it waits on.';
comment on column ops.restock_outcomes.cart_token is
'Random; stands in the cart link, and an order bought by it gives it back. Null: the shopper was erased.';
comment on column ops.restock_outcomes.sent_at is 'When the first message left; null: none has.';
comment on column ops.restock_outcomes.clicked_at is
'When its link was first followed, by a person or by a mail program; null: never.';
comment on column ops.restock_outcomes.found_sold_out_at is
'When the link was first followed and the product was sold out again; null: never.';
comment on column ops.restock_outcomes.bought_at is
'When an order bought by it was known here, on the same clock as sent_at; null: none is known.';

create table ops.restock_purchases (
    outcome_id bigint not null references ops.restock_outcomes on delete cascade,
    channel_id text not null,
    order_id text not null,
    order_line_id text not null,
    found_by text not null check (found_by in ('link', 'browser')),
    units_ordered integer not null,
    units_kept integer not null,
    unit_price numeric(14, 4) not null,
    currency text,
    ordered_at timestamptz not null,
    known_at timestamptz not null default now(),
    primary key (outcome_id, order_line_id)
);

comment on table ops.restock_purchases is
'One row per notice and order line of its product that was bought by it, as the newest version of the order says.';
comment on column ops.restock_purchases.found_by is
'link: the order carries the token of the notice; browser: it carries the token of the browser that asked.';
comment on column ops.restock_purchases.units_kept is 'Neither cancelled nor given back.';
comment on column ops.restock_purchases.ordered_at is 'By the clock of the shop.';

create table ops.restock_order_cursor (
    stream text primary key,
    landing_file_id bigint not null
);

comment on table ops.restock_order_cursor is
'One row per stream of orders: the last landing file that was searched for notices.';

-- Who waits on may still buy by the link of the notice before.
insert into ops.restock_moves (from_state, to_state) values ('active', 'bought'), ('chosen', 'bought'),
('failed', 'bought');
