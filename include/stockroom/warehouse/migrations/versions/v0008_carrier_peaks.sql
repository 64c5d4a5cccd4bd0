select raw.ensure_stream('planners_carrier_peaks', 'Days on which carriers are slow; key: lane/first_date', false);
