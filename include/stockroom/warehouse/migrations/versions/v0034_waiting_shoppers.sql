alter table plan.inputs
add column waiting_units integer not null default 0;

comment on column plan.inputs.waiting_units is
'Units that shoppers waited for on the plan date, where most of the SKU sells; a share is ordered beside demand.';
