-- Takes in what somebody asked for on a page, in one statement that costs the same whether an address is known or not.
-- Nothing that exists is changed but the quantity of a request that is not confirmed yet: whoever asks may be anybody.
-- Each request is a question to the owner of the address, at most so many a day, whatever was asked before.
with given as (
    select
        addresses.medium,
        addresses.email,
        addresses.phone,
        addresses.contact_sha256
    from (
        values
        ('email', %(email)s::text, null, %(email_sha256)s::text),
        ('sms', null, %(phone)s::text, %(phone_sha256)s::text)
    ) as addresses (medium, email, phone, contact_sha256)
    where addresses.contact_sha256 is not null
),

shoppers as (
    insert into pii.shoppers (email, phone, contact_sha256, consent_version)
    select
        email,
        phone,
        contact_sha256,
        %(wording_version)s::text as wording_version
    from given
    order by contact_sha256
    on conflict (contact_sha256) do update set contact_sha256 = excluded.contact_sha256
    returning shopper_id, contact_sha256
),

addressed as (
    select
        given.medium,
        shoppers.shopper_id,
        (
            -- Every question counts, also a second one about the same request.
            select count(*)
            from ops.restock_request_contacts as lately
            left join ops.outbox as questions
                on
                    lately.request_id = questions.subject_key
                    and questions.kind = case lately.medium when 'email' then 'confirm_mail' else 'confirm_sms' end
                    and questions.created_at > now() - interval '1 day'
            where
                lately.shopper_id = shoppers.shopper_id
                and coalesce(questions.created_at, lately.asked_at) > now() - interval '1 day'
        ) as asked_today
    from given
    inner join shoppers on given.contact_sha256 = shoppers.contact_sha256
),

asked as (
    insert into ops.restock_requests (
        request_id, shopper_id, sku, channel_id, quantity, requested_at, state, asked_on, asked_key, last_event_note
    )
    select
        %(request_id)s::text as request_id,
        shopper_id,
        %(sku)s::text as sku,
        %(channel)s::text as channel_id,
        %(quantity)s::integer as quantity,
        now() as requested_at,
        'pending' as state,
        'storefront' as asked_on,
        %(asked_key)s::text as asked_key,
        'asked on a page' as last_event_note
    from addressed
    order by medium asc
    limit 1
    on conflict (asked_key) where state in ('pending', 'active') do update
        set
            quantity = case
                when restock_requests.state = 'pending' then excluded.quantity
                else restock_requests.quantity
            end
    returning request_id, state
),

-- Of a request that waits already the owner has said what they agree to; whoever asks now may be anybody.
consents as (
    insert into ops.restock_consents (
        request_id, wording_version, wording_locale, country, source_page, wants_marketing, is_double_opt_in
    )
    select
        request_id,
        %(wording_version)s::text as wording_version,
        %(locale)s as wording_locale,
        %(country)s::text as country,
        %(source_page)s::text as source_page,
        %(wants_marketing)s::boolean as wants_marketing,
        %(is_double_opt_in)s::boolean as is_double_opt_in
    from asked
    where state = 'pending'
),

browsers as (
    insert into ops.restock_browsers (request_id, browser_sha256)
    select
        request_id,
        %(browser_sha256)s::text as browser_sha256
    from asked
    where state = 'pending' and %(browser_sha256)s::text is not null
    on conflict (request_id) do nothing
),

contacts as (
    insert into ops.restock_request_contacts as known (request_id, medium, shopper_id)
    select
        asked.request_id,
        addressed.medium,
        addressed.shopper_id
    from asked
    cross join addressed
    where addressed.asked_today < %(asked_a_day)s
    on conflict (request_id, medium) do update
        set asked_at = now()
        where known.confirmed_at is null and known.asked_at < now() - interval '10 minutes'
    returning request_id, medium
),

questions as (
    insert into ops.outbox (message_key, kind, subject_key, state)
    select
        'restock_confirm/' || request_id || '/' || medium || '/' || extract(epoch from now())::bigint as message_key,
        case medium when 'email' then 'confirm_mail' else 'confirm_sms' end as kind,
        request_id as subject_key,
        'pending' as state
    from contacts
    where
        %(is_double_opt_in)s
        -- Who was unsubscribed has to say yes themselves, also where one opt-in is enough.
        or exists (
            select 1 from pii.suppressions
            inner join given on suppressions.contact_sha256 = given.contact_sha256
            where given.medium = contacts.medium and suppressions.covers in ('everything', %(sku)s::text)
        )
    on conflict (message_key) do nothing
)

select request_id from asked
