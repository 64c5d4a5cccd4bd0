-- One row per shipment that had been ordered before the plan date, frozen as the plan date saw it.
insert into plan.lead_times (plan_date, shipment_id, supplier_id, lane, days, age_days, is_open)
select
    %(plan_date)s as plan_date,
    shipment_key,
    supplier_id,
    lane,
    greatest(days, 0.5)::real as days,
    greatest(age_days, 0)::integer as age_days,
    is_open
from (
    select
        case
            when count(*) over (partition by shipment_id) > 1 then shipment_id || '/' || po_number
            else shipment_id
        end as shipment_key,
        supplier_id,
        coalesce(lane, '') as lane,
        -- What arrived on the plan date or later was still under way.
        is_open or received_at >= %(cut_off)s as is_open,
        extract(epoch from least(received_at, %(cut_off)s) - ordered_at) / 86400.0 as days,
        floor(extract(epoch from %(cut_off)s - least(received_at, %(cut_off)s)) / 86400.0) as age_days
    from marts.fct_supplier_lead_times
    where ordered_at < %(cut_off)s and supplier_id is not null
) as shipments
