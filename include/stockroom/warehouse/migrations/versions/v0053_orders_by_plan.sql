-- A later plan writes over the head of an order that still waits. What a morning knew of it stands in its events.
alter table ops.purchase_order_events
add column plan_date date,
add column requested_date date,
add column exchange_rate numeric(18, 8);

comment on column ops.purchase_order_events.plan_date is
'Morning of the plan that the order was of in this state and version; null: the event changed neither.';
comment on column ops.purchase_order_events.requested_date is 'The day on which it was wanted then.';
comment on column ops.purchase_order_events.exchange_rate is
'What one of its currency was worth in the base currency then; null: it is in that, or no rate was known.';
comment on column ops.purchase_orders.plan_date is
'Morning of the plan that wrote its present version, or that took the order back before it left.';

-- Of versions that a plan replaced only the plan's own words are left.
update ops.purchase_order_events as events set
    plan_date = orders.plan_date,
    requested_date = orders.requested_date,
    exchange_rate = orders.exchange_rate
from ops.purchase_orders as orders
where
    events.po_number = orders.po_number and events.version = orders.version
    and events.to_state is distinct from events.from_state;

update ops.purchase_order_events as events set plan_date = said.plan_date
from (
    select
        po_number,
        version,
        to_state = 'cancelled' as is_end,
        max(substring(note from '^the plan of (\d{4}-\d{2}-\d{2})'))::date as plan_date
    from ops.purchase_order_events
    where actor = 'plan'
    group by po_number, version, to_state = 'cancelled'
) as said
where
    events.po_number = said.po_number and events.version = said.version
    and (events.to_state = 'cancelled' and events.actor = 'plan') = said.is_end
    and said.plan_date is not null
    and (events.plan_date is null or said.is_end)
    and (events.to_state is distinct from events.from_state or events.actor = 'plan');

create or replace function ops.write_purchase_order_event() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into ops.purchase_order_events
            (po_number, version, to_state, actor, note, plan_date, requested_date, exchange_rate)
        values (new.po_number, new.version, new.state, new.changed_by, new.change_note,
            new.plan_date, new.requested_date, new.exchange_rate);
    elsif new.state != old.state or new.version != old.version then
        insert into ops.purchase_order_events
            (po_number, version, from_state, to_state, actor, note, plan_date, requested_date, exchange_rate)
        values (new.po_number, new.version, old.state, new.state, new.changed_by, new.change_note,
            new.plan_date, new.requested_date, new.exchange_rate);
    end if;
    return null;
end
$$;
