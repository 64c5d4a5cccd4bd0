-- Who asked to be told is a second witness of what stockouts lost: the first is the estimate in plan.stock_costs.

create table plan.lost_sales_witness (
    month_start_date date not null,
    category text not null,
    measured_on date not null,
    stockout_days integer not null,
    units_lost double precision not null,
    requests integer not null,
    units_asked integer not null,
    asked_rate double precision,
    asked_rate_low double precision,
    asked_rate_high double precision,
    usual_rate double precision,
    verdict text not null check (verdict in ('agrees', 'too_low', 'too_high', 'too_little')),
    primary key (month_start_date, category)
);

comment on table plan.lost_sales_witness is
'One row per month and category: units estimated to be lost to stockouts, and those that shoppers asked to be told of.';
comment on column plan.lost_sales_witness.verdict is
'Of the estimate, by those who asked: too_low, too_high, agrees; too_little: too few asked to say.';
