create table plan.price_signals (
    plan_date date not null,
    sku text not null,
    price_signal text not null,
    change_percent numeric(5, 2) not null,
    price numeric(14, 4) not null,
    suggested_price numeric(14, 4) not null,
    days_until_empty double precision,
    days_until_goods double precision,
    reason text not null,
    primary key (plan_date, sku)
);

comment on table plan.price_signals is 'One row per plan date and sku whose price wants a look; the store''s currency.';
comment on column plan.price_signals.price_signal is
'hold, do not discount; test +3 %; or the action that lowers it: mark down, promote, bundle.';
comment on column plan.price_signals.change_percent is 'Of the price: above 0 higher, under 0 lower, 0 to hold.';
comment on column plan.price_signals.days_until_empty is
'How long what is here lasts at the forecast, where most of it is sold; null where nothing sells.';
comment on column plan.price_signals.days_until_goods is
'Until the next goods come, ordered today if none are under way.';
