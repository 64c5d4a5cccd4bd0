comment on column plan.overstock_actions.gain_low is
'In nine of ten worlds that differ in rate, elasticity and uplift it gains more; what comes is wider spread.';
comment on column plan.overstock_actions.gain_high is 'In one of ten such worlds it gains more.';
