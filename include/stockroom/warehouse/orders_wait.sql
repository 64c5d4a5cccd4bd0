-- What the policy does not let go waits for a person.
update ops.purchase_orders set
    state = 'waiting',
    updated_at = now(),
    changed_by = 'policy',
    change_note = case
        when currency = %(currency)s then 'above the approval threshold of ' || %(said_threshold)s::text
        else 'in ' || currency || ', which the approval threshold does not cover'
    end
where
    state = 'proposed' and plan_date <= %(as_of_date)s
    and not (currency = %(currency)s and value <= %(threshold)s)
returning po_number
