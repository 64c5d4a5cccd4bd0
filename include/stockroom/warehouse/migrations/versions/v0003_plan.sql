create table plan.runs (
    plan_date date primary key,
    planned_at timestamptz not null,
    inputs_sha256 text not null,
    policy jsonb not null,
    items integer not null
);

comment on table plan.runs is
'One row per plan date that was planned. Planning it again reads plan.inputs and decides the same.';
comment on column plan.runs.plan_date is
'The morning of the plan: facts count when they occurred before its 00:00 local time.';
comment on column plan.runs.items is 'SKU-locations planned.';

create table plan.inputs (
    plan_date date not null references plan.runs,
    sku text not null,
    location_id text not null,
    supplier_id text,
    category text,
    first_date date,
    units_sold integer[],
    fraction_in_stock real[],
    sold_out boolean[],
    unit_price numeric(14, 4),
    unit_cost numeric(14, 4),
    on_hand_units integer,
    committed_units integer,
    backorder_units integer,
    on_order jsonb,
    quoted_lead_time_days real,
    pack_units integer,
    minimum_order_units integer,
    policy jsonb,
    primary key (plan_date, sku, location_id)
);

comment on table plan.inputs is 'One row per plan date and SKU-location: what the plan knew, frozen.';
comment on column plan.inputs.first_date is 'Day of the first element of units_sold, fraction_in_stock and sold_out.';
comment on column plan.inputs.units_sold is 'Units sold a day, one element a day up to the day before plan_date.';
comment on column plan.inputs.fraction_in_stock is 'Part of each day with stock to sell, 0 to 1.';
comment on column plan.inputs.sold_out is 'Days that closed at 0 after selling: demand was cut off.';
comment on column plan.inputs.on_order is 'List of units and days until due, orders of ours and the store''s.';
comment on column plan.inputs.policy is 'Service level and rules that applied to this item.';

create table plan.lead_times (
    plan_date date not null,
    shipment_id text not null,
    supplier_id text,
    lane text,
    days real,
    age_days integer,
    is_open boolean,
    primary key (plan_date, shipment_id)
);

comment on table plan.lead_times is 'One row per plan date and shipment: the lead times the plan learned from, frozen.';
comment on column plan.lead_times.days is
'Days from order to receipt; for an open shipment the days it has been waited for.';
comment on column plan.lead_times.age_days is
'Days from its arrival to plan_date (from its order while it is open); older evidence weighs less.';
comment on column plan.lead_times.is_open is 'Not received by plan_date.';

create table plan.decisions (
    plan_date date not null references plan.runs,
    sku text not null,
    location_id text not null,
    supplier_id text,
    method text not null,
    evidence text not null,
    abc_class text,
    forecast_units_per_day double precision not null,
    lead_time_mean_days double precision not null,
    lead_time_sd_days double precision not null,
    lead_time_own_evidence double precision not null,
    safety_stock_units integer not null,
    reorder_point_units integer not null,
    order_up_to_units integer not null,
    position_units integer not null,
    order_units integer not null,
    days_of_supply double precision,
    reason text not null,
    terms jsonb not null,
    primary key (plan_date, sku, location_id)
);

comment on table plan.decisions is 'One row per plan date and SKU-location: what was decided, and why.';
comment on column plan.decisions.method is
'How the reorder point was found: simple, classic, both_variances or quantile.';
comment on column plan.decisions.evidence is 'What the forecast rests on.';
comment on column plan.decisions.lead_time_own_evidence is
'Weight of the supplier''s own shipments in its lead time, 0 to 1; the rest is its lane''s.';
comment on column plan.decisions.position_units is
'On hand - committed - back-orders + everything on order, drafts included.';
comment on column plan.decisions.order_units is '0: nothing to order.';
comment on column plan.decisions.days_of_supply is
'Days until the position is used up at the forecast; null where no demand is forecast.';
comment on column plan.decisions.reason is 'The decision as one sentence for a buyer.';
comment on column plan.decisions.terms is 'The numbers of that sentence.';

create table plan.excess (
    plan_date date not null,
    sku text not null,
    location_id text not null,
    position_units integer,
    target_units integer,
    excess_units integer,
    days_of_supply double precision,
    value_tied_up numeric(14, 2),
    monthly_carrying_cost numeric(14, 2),
    action text,
    markdown_percent numeric(5, 2),
    reason text,
    primary key (plan_date, sku, location_id)
);

comment on table plan.excess is 'One row per plan date and SKU-location with more than its target.';
comment on column plan.excess.value_tied_up is 'Excess units at unit cost, in the store''s currency.';
comment on column plan.excess.days_of_supply is 'Null where no demand is forecast: it never runs out.';
