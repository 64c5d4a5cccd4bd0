alter table plan.inputs
add column supplier_out_days double precision not null default 0;

comment on column plan.inputs.supplier_out_days is
'Days until the supplier has the item again, by what its dates were worth so far; 0: it has it, or said nothing'
' lately.';
