select raw.ensure_stream(
    'planners_exchange_rates',
    'What one of another currency is worth in the store''s own, by day; key: currency/date',
    false
);

alter table ops.purchase_orders
add column exchange_rate numeric(18, 8) check (exchange_rate > 0),
add column rate_date date,
add constraint a_rate_has_its_day check ((exchange_rate is null) = (rate_date is null));

comment on column ops.purchase_orders.exchange_rate is
'What one of the currency is worth in the base currency; null: the order is in that, or no rate was known.';
comment on column ops.purchase_orders.rate_date is 'The day that the exchange rate is of.';

alter table plan.inputs add column exchange_rate numeric(18, 8);

comment on column plan.inputs.exchange_rate is
'What one of order_currency is worth in the base currency; null: it is the base currency, or no rate was known.';

-- Never a rate of 1 by silence: what nobody knows the worth of, is worth null.
create function ops.worth_in(base text, amount numeric, currency text, exchange_rate numeric)
returns numeric
language sql
immutable
return case when currency = base then amount else round(amount * exchange_rate, 2) end;

comment on function ops.worth_in is 'An amount in the base currency; null where it is in another one without a rate.';

grant execute on function ops.worth_in to stockroom_app;
