create table plan.left_out (
    plan_date date not null references plan.runs,
    sku text not null,
    location_id text not null,
    supplier_id text not null,
    override_id text not null,
    units integer not null,
    value numeric(14, 2) not null,
    lost_margin numeric(14, 2) not null,
    primary key (plan_date, sku, location_id, override_id)
);

comment on table plan.left_out is
'One row per plan date, SKU-location and budget that did not reach it: what was not ordered, and what that costs.';
comment on column plan.left_out.override_id is 'The budget, as in marts.dim_overrides.';
comment on column plan.left_out.value is 'What the units would have cost, in the store''s currency.';
comment on column plan.left_out.lost_margin is
'Margin expected to be lost until the next order, less what holding the units would have cost.';
