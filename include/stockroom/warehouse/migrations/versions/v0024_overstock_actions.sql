alter table plan.excess
add column on_order_units integer,
add column idle_days integer,
add column stock_age_days double precision,
add column is_dead boolean;

comment on column plan.excess.on_order_units is 'Of the position, what is on order, whenever it is due.';
comment on column plan.excess.idle_days is 'Days on the shelf since its last sale; all known days where it never sold.';
comment on column plan.excess.stock_age_days is
'How long the units here have lain, on average, if the oldest leave first; null where nothing is here.';
comment on column plan.excess.is_dead is 'Nothing was sold in 90 days on the shelf.';
comment on column plan.excess.action is 'Of its actions, the one that gains most (plan.overstock_actions).';

create table plan.overstock_actions (
    plan_date date not null,
    rank integer not null,
    sku text not null,
    location_id text not null,
    action text not null,
    units integer not null,
    percent numeric(5, 2) not null,
    to_location_id text,
    with_sku text,
    po_numbers text[] not null,
    gain numeric(14, 2) not null,
    gain_low numeric(14, 2) not null,
    gain_high numeric(14, 2) not null,
    gives_away numeric(14, 2) not null,
    takes_days double precision,
    value_tied_up numeric(14, 2) not null,
    monthly_carrying_cost numeric(14, 2) not null,
    reason text not null,
    assumes text not null,
    followed_up_date date,
    was_done boolean,
    brought numeric(14, 2),
    primary key (plan_date, rank)
);

comment on table plan.overstock_actions is
'One row per plan date and action against too much stock; no unit stands in two of them.';
comment on column plan.overstock_actions.rank is 'From 1, the most expected gain first.';
comment on column plan.overstock_actions.percent is 'Off the price; 0 unless marked down, promoted or bundled.';
comment on column plan.overstock_actions.to_location_id is 'Where a transfer goes.';
comment on column plan.overstock_actions.with_sku is 'The faster mover that a bundle is offered beside.';
comment on column plan.overstock_actions.po_numbers is 'Open orders of the item, those due last first.';
comment on column plan.overstock_actions.gain is
'Expected money against doing nothing for two years, in the store''s currency.';
comment on column plan.overstock_actions.gain_low is 'Nine in ten outcomes gain more.';
comment on column plan.overstock_actions.gain_high is 'One in ten outcomes gains more.';
comment on column plan.overstock_actions.gives_away is 'Discount that a promotion gives, expected.';
comment on column plan.overstock_actions.takes_days is
'Until the units are gone, or how much later an order is taken in; null: for ever.';
comment on column plan.overstock_actions.value_tied_up is 'Its units at cost.';
comment on column plan.overstock_actions.followed_up_date is
'Plan date of the later list that looked what came of it.';
comment on column plan.overstock_actions.was_done is 'As far as stock, orders and prices show it; null: not yet.';
comment on column plan.overstock_actions.brought is
'Money since then against what was expected of doing nothing; null where it was not done.';
