-- One address a row. Who gave both keeps the e-mail address in the old row and gets a second one for the phone.
create table ops.restock_request_contacts (
    request_id text not null references ops.restock_requests on delete cascade,
    medium text not null check (medium in ('email', 'sms')),
    shopper_id bigint not null,
    asked_at timestamptz not null default now(),
    confirmed_at timestamptz,
    primary key (request_id, medium)
);

create index on ops.restock_request_contacts (shopper_id);

comment on table ops.restock_request_contacts is
'One row per request and way to reach its shopper; the address itself stands in pii.shoppers.';
comment on column ops.restock_request_contacts.shopper_id is
'Of the address; without a row in pii.shoppers it has been erased.';
comment on column ops.restock_request_contacts.asked_at is 'When the owner was last asked to confirm the address.';
comment on column ops.restock_request_contacts.confirmed_at is
'When the owner of the address said yes; nothing but the question is sent there before. Null: not yet.';

insert into pii.shoppers (phone, contact_sha256, consent_version, created_at)
select distinct on (phone)
    phone,
    encode(sha256(convert_to('phone:' || phone, 'UTF8')), 'hex') as contact_sha256,
    consent_version,
    created_at
from pii.shoppers
where email is not null and phone is not null
order by phone asc, created_at desc
on conflict (contact_sha256) do nothing;

insert into ops.restock_request_contacts (request_id, medium, shopper_id, asked_at, confirmed_at)
select
    requests.request_id,
    case when shoppers.email is null then 'sms' else 'email' end as medium,
    shoppers.shopper_id,
    requests.requested_at,
    requests.requested_at as confirmed_at
from ops.restock_requests as requests
inner join pii.shoppers as shoppers on requests.shopper_id = shoppers.shopper_id;

insert into ops.restock_request_contacts (request_id, medium, shopper_id, asked_at, confirmed_at)
select
    requests.request_id,
    'sms' as medium,
    phones.shopper_id,
    requests.requested_at,
    requests.requested_at as confirmed_at
from ops.restock_requests as requests
inner join pii.shoppers as shoppers on requests.shopper_id = shoppers.shopper_id and shoppers.email is not null
inner join pii.shoppers as phones on shoppers.phone = phones.phone and phones.email is null;

update pii.shoppers set phone = null
where email is not null;
alter table pii.shoppers add constraint one_address_a_row check (email is null or phone is null);

comment on table pii.shoppers is 'One row per address, e-mail or phone, that somebody left to be told of a restock.';

-- The states of a request, and the moves between them.
create table ops.restock_moves (
    from_state text not null,
    to_state text not null,
    primary key (from_state, to_state)
);

comment on table ops.restock_moves is 'One row per change of state that a restock request may make.';

insert into ops.restock_moves (from_state, to_state) values
('pending', 'active'), ('pending', 'expired'), ('pending', 'unsubscribed'), ('pending', 'erased'),
('active', 'chosen'), ('active', 'expired'), ('active', 'unsubscribed'), ('active', 'erased'),
('chosen', 'active'), ('chosen', 'sent'), ('chosen', 'failed'), ('chosen', 'unsubscribed'), ('chosen', 'erased'),
('failed', 'active'), ('failed', 'sent'), ('failed', 'expired'), ('failed', 'unsubscribed'), ('failed', 'erased'),
('sent', 'clicked'), ('sent', 'bought'), ('sent', 'active'), ('sent', 'failed'), ('sent', 'expired'),
('sent', 'unsubscribed'), ('sent', 'erased'),
('clicked', 'bought'), ('clicked', 'active'), ('clicked', 'expired'), ('clicked', 'unsubscribed'),
('clicked', 'erased'),
('bought', 'unsubscribed'), ('bought', 'erased'),
('expired', 'active'), ('expired', 'unsubscribed'), ('expired', 'erased'),
('unsubscribed', 'active'), ('unsubscribed', 'erased');

alter table ops.restock_requests
add column asked_on text not null default 'waitlist' check (asked_on in ('waitlist', 'storefront')),
add column asked_key text,
add column wave_id bigint,
add column answered_by text,
add column changed_at timestamptz not null default now(),
drop constraint restock_requests_state_check;

update ops.restock_requests
set state = 'sent'
from ops.outbox
where
    restock_requests.state = 'notified' and outbox.subject_key = restock_requests.request_id
    and outbox.kind = 'restock_mail' and outbox.state = 'sent';

update ops.restock_requests set state = 'chosen'
where state = 'notified';

update ops.restock_requests set answered_by = substring(last_event_note from '^answered with request (.+)$')
where last_event_note like 'answered with request %';

alter table ops.restock_requests add constraint restock_requests_state_check check (
    state in (
        'pending', 'active', 'chosen', 'sent', 'clicked', 'bought', 'expired', 'unsubscribed', 'erased', 'failed'
    )
);

-- On a page one asks once: a second time is the same request. Files may repeat themselves.
create unique index one_waiting_request on ops.restock_requests (asked_key)
where state in ('pending', 'active');
create index on ops.restock_requests (shopper_id);
create index on ops.restock_requests (sku, notified_at) where state in ('chosen', 'sent', 'clicked');

comment on table ops.restock_requests is
'One row per shopper waiting for a SKU. pending: not confirmed yet; active: waits; chosen: a wave gives them units;'
' sent, clicked, bought: what became of it; failed: nothing could be sent; expired, unsubscribed, erased: ended.';
comment on column ops.restock_requests.shopper_id is
'Of the first confirmed address, e-mail before phone: this is who asked. Without a row in pii.shoppers: erased.';
comment on column ops.restock_requests.asked_on is 'storefront: on a page of ours; waitlist: in a file of the shop.';
comment on column ops.restock_requests.asked_key is
'Digest of the addresses and the SKU of a request made on a page: asking again is the same request. Null: from a file.';
comment on column ops.restock_requests.wave_id is 'The last wave that chose it; null: none did.';
comment on column ops.restock_requests.answered_by is
'The request of the same shopper for the same SKU whose notice answers this one too; null: has its own.';
comment on column ops.restock_requests.changed_at is 'When its state last changed.';
comment on column ops.restock_requests.last_event_note is 'Why it is in this state; each change of state has one.';

create table ops.restock_request_events (
    event_id bigint generated always as identity primary key,
    request_id text not null references ops.restock_requests on delete cascade,
    from_state text,
    to_state text not null,
    reason text,
    wave_id bigint,
    occurred_at timestamptz not null default now()
);

create index on ops.restock_request_events (request_id);

comment on table ops.restock_request_events is
'One row per change of state of a restock request, in order of event_id, written by the database itself.';
comment on column ops.restock_request_events.from_state is 'Null for the first event of a request.';
comment on column ops.restock_request_events.reason is 'Null for requests that were there before reasons were kept.';

insert into ops.restock_request_events (request_id, to_state, reason, occurred_at)
select
    request_id,
    state,
    last_event_note,
    coalesce(notified_at, requested_at) as occurred_at
from ops.restock_requests
order by requested_at, request_id;

create function ops.keep_restock_event() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new.state = old.state then
            return new;
        end if;
        if not exists (
            select 1 from ops.restock_moves where from_state = old.state and to_state = new.state
        ) then
            raise exception 'a restock request cannot go from % to %', old.state, new.state
            using errcode = 'check_violation';
        end if;
        new.changed_at := now();
    end if;
    return new;
end
$$;

create function ops.write_restock_event() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into ops.restock_request_events (request_id, to_state, reason, wave_id)
        values (new.request_id, new.state, coalesce(new.last_event_note, 'asked in a file of the shop'), new.wave_id);
    elsif new.state != old.state then
        insert into ops.restock_request_events (request_id, from_state, to_state, reason, wave_id)
        values (new.request_id, old.state, new.state, new.last_event_note, new.wave_id);
    end if;
    return null;
end
$$;

grant execute on function ops.keep_restock_event(), ops.write_restock_event() to stockroom_app;

create trigger keep_moves before update of state on ops.restock_requests
for each row execute function ops.keep_restock_event();
create trigger write_events after insert or update of state on ops.restock_requests
for each row execute function ops.write_restock_event();

create table ops.restock_consents (
    consent_id bigint generated always as identity primary key,
    request_id text not null references ops.restock_requests on delete cascade,
    wording_version text not null,
    wording_locale text not null,
    country text not null,
    source_page text not null,
    wants_marketing boolean not null,
    is_double_opt_in boolean not null,
    given_at timestamptz not null default now()
);

create index on ops.restock_consents (request_id);

comment on table ops.restock_consents is
'One row per consent given on a page: the proof. It outlives the address, and holds none.';
comment on column ops.restock_consents.wording_version is 'Which text stood beside the button, in that locale.';
comment on column ops.restock_consents.source_page is
'Address of the page without its query; empty where none was said.';
comment on column ops.restock_consents.wants_marketing is
'Whether the second box, which is not ticked for anybody, was ticked.';

create table pii.suppressions (
    contact_sha256 text not null,
    covers text not null,
    reason text not null check (reason in ('unsubscribed', 'bounce', 'complaint', 'stop')),
    since timestamptz not null default now(),
    primary key (contact_sha256, covers)
);

comment on table pii.suppressions is
'One row per address that nothing is sent to, whatever else says otherwise. Outlives the address itself.';
comment on column pii.suppressions.contact_sha256 is 'Of the normalised address, as in pii.shoppers.';
comment on column pii.suppressions.covers is 'A SKU, or everything.';

create table ops.restock_waves (
    wave_id bigint generated always as identity primary key,
    sku text not null,
    free_units integer not null,
    told_requests integer not null,
    promised_units integer not null,
    chosen_at timestamptz not null default now()
);

create index on ops.restock_waves (sku);

comment on table ops.restock_waves is
'One row per restocked SKU and round of choosing: how many are told, and for how many units.';
comment on column ops.restock_waves.free_units is 'Units that nobody else was promised when the wave was chosen.';

create table ops.switches (
    switch text primary key,
    is_on boolean not null,
    who text not null,
    changed_at timestamptz not null default now()
);

comment on table ops.switches is 'One row per switch that a person has turned, such as restock_notices.';

alter table ops.outbox add column not_before timestamptz;
alter table ops.outbox drop constraint outbox_state_check;
alter table ops.outbox add constraint outbox_state_check check (state in ('pending', 'sending', 'sent', 'failed'));
create index on ops.outbox (kind, created_at) where state in ('pending', 'sending');
create index on ops.outbox (subject_key);

comment on column ops.outbox.state is
'sending: handed to a provider that may have taken it; it is not handed over again. The others say what they say.';

comment on column ops.outbox.not_before is 'It does not leave before: quiet hours. Null: at once.';
