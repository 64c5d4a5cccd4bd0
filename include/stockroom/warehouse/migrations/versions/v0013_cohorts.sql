create table ops.cohorts (
    cohort_id bigint generated always as identity primary key,
    choice text not null,
    is_all boolean not null,
    live_skus integer not null,
    who text not null,
    chosen_at timestamptz not null default now()
);

comment on table ops.cohorts is
'One row per time that somebody chose which SKUs are live; the newest holds. Without any, all are.';
comment on column ops.cohorts.choice is 'In words, such as top 20 % by velocity.';
comment on column ops.cohorts.is_all is
'Whether a SKU that appears later is live; else it is watched until it is chosen.';
comment on column ops.cohorts.live_skus is 'Known SKUs that are live by it.';

create table ops.cohort_skus (
    sku text primary key,
    is_live boolean not null,
    cohort_id bigint not null references ops.cohorts,
    since_landing_file_id bigint not null,
    since_push_run_id bigint not null
);

comment on table ops.cohort_skus is
'One row per SKU that was ever switched: live (pushed, ordered, announced) or only watched (planned and shown).';
comment on column ops.cohort_skus.cohort_id is 'The choice that switched it last: who and when.';
comment on column ops.cohort_skus.since_landing_file_id is
'Newest file of the shop''s levels at that moment: up to it they are what its owner made of them.';
comment on column ops.cohort_skus.since_push_run_id is
'Newest round at that moment: earlier ones are part of those levels.';

create view ops.cohort_in_force as
select
    cohort_id,
    choice,
    is_all,
    live_skus,
    who,
    chosen_at
from ops.cohorts
order by cohort_id desc
limit 1;

comment on view ops.cohort_in_force is 'One row: the newest choice; none: nobody ever chose, and every SKU is live.';
