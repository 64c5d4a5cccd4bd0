alter table plan.forecasts
add column dispersion double precision,
add column wandering double precision;

comment on column plan.forecasts.dispersion is
'Variance of demand over its mean, as far as it averages out over days; null of plans before it was kept.';
comment on column plan.forecasts.wandering is
'Squared coefficient of variation of the level over an interval; a mean m varies by dispersion m + wandering m².';
