-- The states of a purchase order, what each means for a plan, and the moves between them.
create table ops.purchase_order_states (
    state text primary key,
    is_proposal boolean not null,
    is_on_order boolean not null,
    meaning text not null
);

comment on table ops.purchase_order_states is 'One row per state that a purchase order of ours may be in.';
comment on column ops.purchase_order_states.is_proposal is 'A later plan may still replace or cancel it.';
comment on column ops.purchase_order_states.is_on_order is 'What has not arrived of it is expected.';

insert into ops.purchase_order_states (state, is_proposal, is_on_order, meaning) values
('proposed', true, false, 'a plan wants it; nobody has looked at it yet'),
('waiting', true, false, 'a named person is asked'),
('refused', false, false, 'a person said no'),
('released', false, true, 'approved by policy or by people; its message is in the outbox'),
('sent', false, true, 'it left for the supplier'),
('acknowledged', false, true, 'the supplier answered that it has it'),
('shipped', false, true, 'the supplier says that it is on its way'),
('part_received', false, true, 'some of it was booked in'),
('received', false, true, 'all of it was booked in'),
('closed', false, false, 'nothing more will come or is owed'),
('cancelled', false, false, 'taken back: by a plan before it left, by a person or the supplier after');

create table ops.purchase_order_moves (
    from_state text not null references ops.purchase_order_states,
    to_state text not null references ops.purchase_order_states,
    primary key (from_state, to_state)
);

comment on table ops.purchase_order_moves is 'One row per change of state that a purchase order may make.';

-- An answer or the goods may come before we noted that the order left: then that is the proof that it did.
insert into ops.purchase_order_moves (from_state, to_state) values
('proposed', 'waiting'), ('proposed', 'released'), ('proposed', 'refused'), ('proposed', 'cancelled'),
('waiting', 'proposed'), ('waiting', 'released'), ('waiting', 'refused'), ('waiting', 'cancelled'),
('released', 'sent'), ('released', 'acknowledged'), ('released', 'shipped'), ('released', 'part_received'),
('released', 'received'), ('released', 'closed'), ('released', 'cancelled'),
('sent', 'released'), ('sent', 'acknowledged'), ('sent', 'shipped'), ('sent', 'part_received'), ('sent', 'received'),
('sent', 'closed'), ('sent', 'cancelled'),
('acknowledged', 'released'), ('acknowledged', 'shipped'), ('acknowledged', 'part_received'),
('acknowledged', 'received'), ('acknowledged', 'closed'), ('acknowledged', 'cancelled'),
('shipped', 'part_received'), ('shipped', 'received'), ('shipped', 'closed'),
('part_received', 'received'), ('part_received', 'closed'),
('received', 'part_received'), ('received', 'closed');

update ops.purchase_orders set state = 'released'
where state = 'approved';

alter table ops.purchase_orders
drop constraint purchase_orders_state_check,
add constraint purchase_orders_state_fkey foreign key (state) references ops.purchase_order_states,
add column changed_by text not null default current_user,
add column change_note text;

-- Those that had left before there was a word for it.
update ops.purchase_orders set state = 'sent'
from ops.outbox
where
    purchase_orders.state = 'released' and outbox.kind = 'purchase_order' and outbox.state = 'sent'
    and outbox.subject_key = purchase_orders.po_number || '/v' || purchase_orders.version;

comment on column ops.purchase_orders.state is 'One of ops.purchase_order_states.';
comment on column ops.purchase_orders.changed_by is
'Who brought it into this state and version: a person by name, or plan, policy, delivery, supplier.';
comment on column ops.purchase_orders.change_note is 'Why, in words; null where nothing was said.';

create function ops.keep_purchase_order_moves() returns trigger language plpgsql as $$
begin
    if new.state != old.state and not exists (
        select 1 from ops.purchase_order_moves where from_state = old.state and to_state = new.state
    ) then
        raise exception 'purchase order % cannot go from % to %', old.po_number, old.state, new.state
        using errcode = 'check_violation';
    end if;
    -- A plan replaces what is still a proposal, a person what already left: either goes through its release again.
    if new.version != old.version
        and not (new.version = old.version + 1 and new.state in ('proposed', 'waiting', 'released'))
    then
        raise exception 'version % of purchase order % cannot become version %, %',
            old.version, old.po_number, new.version, new.state
        using errcode = 'check_violation';
    end if;
    return new;
end
$$;

create function ops.write_purchase_order_event() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into ops.purchase_order_events (po_number, version, to_state, actor, note)
        values (new.po_number, new.version, new.state, new.changed_by, new.change_note);
    elsif new.state != old.state or new.version != old.version then
        insert into ops.purchase_order_events (po_number, version, from_state, to_state, actor, note)
        values (new.po_number, new.version, old.state, new.state, new.changed_by, new.change_note);
    end if;
    return null;
end
$$;

grant execute on function ops.keep_purchase_order_moves(), ops.write_purchase_order_event() to stockroom_app;

create trigger keep_moves before update of state, version on ops.purchase_orders
for each row execute function ops.keep_purchase_order_moves();
create trigger write_events after insert or update of state, version on ops.purchase_orders
for each row execute function ops.write_purchase_order_event();

comment on table ops.purchase_order_events is
'One row per change of state or version of a purchase order, written by the database itself, and per answer without'
' effect, in order of event_id.';
