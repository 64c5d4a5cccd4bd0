select raw.ensure_stream(
    'planners_prices', 'Prices that planners set for some days, with why and who; key: sku/from', false
);

alter table plan.inputs add column planned_prices jsonb;

comment on column plan.inputs.planned_prices is
'List of first day, last day and percent under the usual price (below 0: above it), as planners set prices.';
