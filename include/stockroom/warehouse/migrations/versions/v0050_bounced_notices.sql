-- A notice that bounced was told to nobody; the address alone kept that until now.
alter table ops.restock_outcomes add column bounced_at timestamptz;

comment on column ops.restock_outcomes.bounced_at is
'When an address that it had left for was said to reach nobody; null: never.';
