-- A plan is made in steps, each of which can be done again: frozen, pools fitted, shards decided, orders proposed.
alter table plan.runs
add column shards integer not null default 1,
add column history_days integer not null default 1,
add column open_proposals text[] not null default '{}',
add column decided_at timestamptz;

update plan.runs set
    decided_at = planned_at,
    history_days = (
        select coalesce(max(cardinality(inputs.units_sold)), 1) from plan.inputs as inputs
        where inputs.plan_date = runs.plan_date
    );

comment on column plan.runs.planned_at is 'When its inputs were frozen.';
comment on column plan.runs.shards is
'Into how many parts its items were cut, by sku; any number of them decides the same.';
comment on column plan.runs.history_days is 'Days of its longest item: every shard sees as many.';
comment on column plan.runs.open_proposals is
'Orders that were proposed or waiting when it was frozen. One that a person released since counts as on order.';
comment on column plan.runs.decided_at is
'When every item was decided and the orders were proposed; null while the plan is under way.';

alter table plan.inputs
add column shard integer not null default 0,
add column supplier_sku text,
add column order_unit_cost numeric(14, 4),
add column order_currency text,
add column price_breaks jsonb not null default '[]',
add column promotions jsonb not null default '[]';

comment on column plan.inputs.shard is 'Part of the plan that decides it, from 0.';
comment on column plan.inputs.order_unit_cost is
'What an order line would say, in order_currency; unit_cost is null where that is not the store''s.';
comment on column plan.inputs.price_breaks is 'List of least units and unit cost from there on, in order_currency.';
comment on column plan.inputs.promotions is
'List of first day, last day and discount in per cent, past and planned, of this item or its category.';

create table plan.pools (
    plan_date date not null references plan.runs,
    value_name text not null,
    element_kind text not null,
    shape integer[] not null,
    numbers double precision[],
    words text[],
    primary key (plan_date, value_name)
);

comment on table plan.pools is
'One row per plan date and fitted value: what all items and shipments said together, once for all shards.';
comment on column plan.pools.value_name is 'Path of the value, such as lead_time.lane_mean.';
comment on column plan.pools.element_kind is 'Kind of its elements, as numpy writes it: <f8, <i8, |b1, <U9.';
comment on column plan.pools.shape is 'Empty: a single value.';
comment on column plan.pools.words is 'Its elements where they are text; else numbers holds them.';

create table plan.shards (
    plan_date date not null references plan.runs,
    shard integer not null,
    items integer not null,
    finished_at timestamptz not null default now(),
    primary key (plan_date, shard)
);

comment on table plan.shards is 'One row per plan date and part of its items that has been decided.';

alter table plan.decisions
add column needs_person boolean not null default false,
add column is_fast_mover boolean,
add column xyz_class text,
add column demand_class text;

comment on column plan.decisions.needs_person is
'Needed, but the supplier''s smallest lot lasts longer than the policy allows: nothing is ordered.';
comment on column plan.decisions.is_fast_mover is 'Among the 20 % of selling items with the highest velocity.';
comment on column plan.decisions.xyz_class is 'X, Y or Z: how well the item could be forecast so far.';
comment on column plan.decisions.demand_class is 'smooth, erratic, intermittent, lumpy; none: it never sold.';

create table plan.forecasts (
    plan_date date not null references plan.runs,
    sku text not null,
    location_id text not null,
    supplier_id text,
    category text not null,
    method text not null,
    evidence text not null,
    abc_class text not null,
    xyz_class text,
    demand_class text,
    is_fast_mover boolean not null,
    units_per_day double precision not null,
    interval_days double precision not null,
    interval_cases_days jsonb not null,
    demand_units_p05 integer not null,
    demand_units_p25 integer not null,
    demand_units_p50 integer not null,
    demand_units_p75 integer not null,
    demand_units_p90 integer not null,
    demand_units_p95 integer not null,
    demand_units_p98 integer not null,
    demand_units_p99 integer not null,
    primary key (plan_date, sku, location_id)
);

comment on table plan.forecasts is
'One row per plan date and SKU-location: what should sell until an order of that day is there, and how surely.';
comment on column plan.forecasts.interval_days is
'Protection interval: mean lead time and the wait for the next review.';
comment on column plan.forecasts.interval_cases_days is
'List of equally likely intervals; the quantiles are of demand over all of them together.';
comment on column plan.forecasts.demand_units_p50 is
'Demand over the interval is at most this many units in 50 % of cases; the others alike.';

create table plan.forecast_accuracy (
    plan_date date not null,
    class_kind text not null,
    class_name text not null,
    measured_on date not null,
    items integer not null,
    items_waiting integer not null,
    units_forecast double precision not null,
    units_demanded double precision not null,
    bias_share double precision,
    pinball_loss_units double precision,
    pinball_loss_share double precision,
    coverage_p50 double precision,
    coverage_p90 double precision,
    coverage_p98 double precision,
    coverage_p50_below double precision,
    coverage_p90_below double precision,
    coverage_p98_below double precision,
    imputed_day_share double precision,
    primary key (plan_date, class_kind, class_name)
);

comment on table plan.forecast_accuracy is
'One row per judged plan (the first of each week) and class of items: what its forecasts were worth.';
comment on column plan.forecast_accuracy.measured_on is 'Sales before this day were known.';
comment on column plan.forecast_accuracy.items is 'SKU-locations whose every interval had passed.';
comment on column plan.forecast_accuracy.items_waiting is 'SKU-locations of which some interval had not.';

comment on column plan.forecast_accuracy.coverage_p90 is
'Share of demand that was at most the 90 % quantile; _below: less than it. What was asked for lies between the two.';

create table plan.policy_replays (
    first_date date not null,
    last_date date not null,
    policy text not null,
    seed integer not null,
    items integer not null,
    currency text not null,
    total_cost numeric(16, 2) not null,
    lost_margin numeric(16, 2) not null,
    carrying_cost numeric(16, 2) not null,
    ordering_cost numeric(16, 2) not null,
    least_possible_cost numeric(16, 2),
    units_demanded bigint not null,
    units_lost bigint not null,
    fill_rate double precision not null,
    stockout_days bigint not null,
    stockout_share double precision not null,
    average_stock_value numeric(16, 2) not null,
    orders bigint not null,
    page text not null,
    primary key (first_date, last_date, policy)
);

comment on table plan.policy_replays is
'One row per replayed window and policy: what it would have cost on the store''s own days.';
comment on column plan.policy_replays.least_possible_cost is
'Of the clairvoyant, who knows all demand and every lead time: no policy costs less.';

create table plan.stock_costs (
    month_start_date date not null,
    sku text not null,
    location_id text not null,
    measured_on date not null,
    days integer not null,
    stockout_days integer not null,
    units_sold integer not null,
    units_lost double precision not null,
    margin_per_unit numeric(14, 4) not null,
    goodwill_per_unit numeric(14, 4) not null,
    lost_margin numeric(14, 2) not null,
    average_stock_value numeric(14, 2) not null,
    carrying_rate double precision not null,
    carrying_cost numeric(14, 2) not null,
    primary key (month_start_date, sku, location_id)
);

comment on table plan.stock_costs is
'One row per month and SKU-location: what being out of stock lost, and what holding stock cost.';
