create schema raw;
create schema staging;
create schema intermediate;
create schema marts;
create schema plan;
create schema ops;
create schema pii;

comment on schema raw is 'Records as their sources sent them, one table per stream; loaded by COPY, never changed.';
comment on schema staging is 'dbt: raw documents flattened, renamed and cast, one view per kind of record.';
comment on schema intermediate is 'dbt: records conformed over channels, the latest version of each.';
comment on schema marts is 'dbt: facts and dimensions for people and plans. The only schema that bi_reader sees.';
comment on schema plan is 'What each plan used and decided, by plan date. Written by Python, read by dbt.';
comment on schema ops is 'Purchase orders, outbox, restock requests, exceptions: state that changes in transactions.';
comment on schema pii is 'Contact data of shoppers, alone. No reporting role reads it.';

revoke all on schema public from public;

grant usage on schema raw, staging, intermediate, marts, plan, ops, pii to stockroom_app;
grant usage on schema marts to bi_reader;

-- What the owner builds later, by migration or by dbt, is readable from its first moment.
alter default privileges revoke execute on functions from public;
alter default privileges in schema marts grant select on tables to bi_reader;
alter default privileges in schema staging, intermediate, marts grant select on tables to stockroom_app;
alter default privileges in schema raw grant select, insert on tables to stockroom_app;
alter default privileges in schema plan, ops, pii grant select, insert, update, delete on tables to stockroom_app;
alter default privileges in schema raw, plan, ops, pii grant usage on sequences to stockroom_app;
