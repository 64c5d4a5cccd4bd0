comment on column plan.overstock_actions.gain_low is
'In nine of ten worlds that differ in rate, chance, elasticity and uplift it gains more.';
comment on column plan.overstock_actions.brought is
'Money up to the follow-up; of a postponed order its gain, day by day over the days that it is postponed by.';
