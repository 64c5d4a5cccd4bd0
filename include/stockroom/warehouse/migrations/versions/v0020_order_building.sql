select raw.ensure_stream(
    'planners_overrides', 'What a buyer wants otherwise than planned, for a while; key: override_id', false
);

alter table plan.inputs add column pallet_units integer not null default 0;

comment on column plan.inputs.pallet_units is 'Units that fill a pallet; 0: not known.';

alter table plan.decisions
add column units_per_day double precision not null default 0,
add column carrying_rate double precision not null default 0,
add column loss_per_unit double precision not null default 0,
add column greatest_lot_days double precision not null default 0,
add column lead_time_demand_sd_units double precision not null default 0,
add column may_add boolean not null default false;

comment on column plan.decisions.units_per_day is
'Pace of the item, planned changes apart: what equal run-out times of an order are reckoned with.';
comment on column plan.decisions.carrying_rate is 'What holding it costs a year, as a share of its value.';
comment on column plan.decisions.loss_per_unit is 'What a lost sale costs, in the store''s currency.';
comment on column plan.decisions.greatest_lot_days is 'No lot lasts longer.';
comment on column plan.decisions.lead_time_demand_sd_units is 'Standard deviation of demand over the lead time.';
comment on column plan.decisions.may_add is
'May be bought ahead of its need to fill an order: it sells, and nobody holds it.';

create table plan.order_outcomes (
    plan_date date not null references plan.runs,
    supplier_id text not null,
    location_id text not null,
    currency text not null,
    outcome text not null check (outcome in ('proposed', 'waits')),
    decided_value numeric(14, 2) not null,
    value numeric(14, 2) not null,
    reason text not null,
    terms jsonb not null,
    primary key (plan_date, supplier_id, location_id, currency)
);

comment on table plan.order_outcomes is
'One row per plan date and order that its decisions add up to: proposed as it is, filled up, or left waiting, and why.';
comment on column plan.order_outcomes.decided_value is 'What the items needed by themselves, in currency.';
comment on column plan.order_outcomes.value is 'What was proposed; 0 while it waits.';
comment on column plan.order_outcomes.terms is 'The numbers behind the reason.';
