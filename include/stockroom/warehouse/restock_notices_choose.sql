-- Marks requests as chosen, freezes what their notices show, and puts these into the outbox, one for each address that
-- was confirmed and is not suppressed: all or nothing. A request that is no longer active (unsubscribed a second ago,
-- chosen by another run), or whose product the channel no longer knows, gets none. Of requests that are held out the
-- turn is kept and nothing else: they wait on.
with products as (
    select distinct on (channel_id, sku)
        channel_id,
        sku,
        title,
        page as handle,
        image_url,
        listing_id as variant_id,
        price,
        nullif(category, '') as category
    from ops.shown_products
    where
        sku in (
            select requests.sku
            from ops.restock_requests as requests
            where requests.request_id = any(%(request_ids)s::text[] || %(held_ids)s::text[])
        )
    order by channel_id asc, sku asc, is_on_sale desc, landing_file_id desc, listing_id asc
),

turns as (
    select
        products.*,
        requests.request_id,
        requests.shopper_id,
        requests.quantity,
        requests.requested_at,
        requests.request_id = any(%(held_ids)s::text[]) as is_held_out
    from ops.restock_requests as requests
    inner join products on requests.sku = products.sku and requests.channel_id = products.channel_id
    where requests.request_id = any(%(request_ids)s::text[] || %(held_ids)s::text[]) and requests.state = 'active'
    for update of requests
),

chosen as (
    select * from turns
    where not is_held_out
),

waves as (
    insert into ops.restock_waves (sku, free_units, told_requests, promised_units)
    select
        turns.sku,
        (%(free_units)s::jsonb ->> turns.sku)::integer as free_units,
        count(*) filter (where not turns.is_held_out) as told_requests,
        coalesce(sum(turns.quantity) filter (where not turns.is_held_out), 0) as promised_units
    from turns
    group by turns.sku
    order by turns.sku
    returning wave_id, sku, free_units
),

told as (
    update ops.restock_requests as requests
    set
        state = 'chosen',
        notified_at = %(now)s,
        wave_id = waves.wave_id,
        answered_by = nullif(chosen.request_id, requests.request_id),
        last_event_note = case
            when requests.request_id = chosen.request_id
                then
                    'back in stock: wave ' || waves.wave_id || ' has ' || waves.free_units || ' units, oldest first'
                    || case
                        when (%(takes)s::jsonb ->> waves.sku)::numeric < 1
                            then
                                ', and ' || round(100 * (%(takes)s::jsonb ->> waves.sku)::numeric)
                                || ' %% of those told buy'
                        else ''
                    end
            else 'answered with request ' || chosen.request_id
        end
    from chosen
    inner join waves on chosen.sku = waves.sku
    where requests.shopper_id = chosen.shopper_id and requests.sku = chosen.sku and requests.state = 'active'
),

frozen as (
    insert into ops.restock_notices (request_id, channel_id, title, handle, image_url, variant_id, price)
    select
        request_id,
        channel_id,
        title,
        handle,
        image_url,
        variant_id,
        price
    from chosen
    on conflict (request_id) do update set
        channel_id = excluded.channel_id,
        title = excluded.title,
        handle = excluded.handle,
        image_url = excluded.image_url,
        variant_id = excluded.variant_id,
        price = excluded.price,
        chosen_at = now()
),

outcomes as (
    insert into ops.restock_outcomes (
        request_id, wave_id, sku, category, quantity, expected_units, chosen_at, is_held_out, is_measured, cart_token
    )
    select
        turns.request_id,
        waves.wave_id,
        turns.sku,
        turns.category,
        turns.quantity,
        case
            when turns.is_held_out then 0
            else turns.quantity * (%(takes)s::jsonb ->> turns.sku)::numeric
        end as expected_units,
        %(now)s as chosen_at,
        turns.is_held_out,
        exists (
            select 1 from ops.restock_browsers as browsers
            where browsers.request_id = turns.request_id
        ) and not exists (
            select 1 from ops.restock_outcomes as known
            where known.request_id = turns.request_id
        ) as is_measured,
        case when not turns.is_held_out then replace(gen_random_uuid()::text, '-', '') end as cart_token
    from turns
    inner join waves on turns.sku = waves.sku
),

messages as (
    insert into ops.outbox (message_key, kind, subject_key, state)
    select
        case contacts.medium when 'email' then 'restock_mail/' else 'restock_sms/' end
        || chosen.request_id || '/' || waves.wave_id as message_key,
        case contacts.medium when 'email' then 'restock_mail' else 'restock_sms' end as kind,
        chosen.request_id as subject_key,
        'pending' as state
    from chosen
    inner join waves on chosen.sku = waves.sku
    inner join ops.restock_request_contacts as contacts
        on chosen.request_id = contacts.request_id and contacts.confirmed_at is not null
    inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
    where
        not exists (
            select 1 from pii.suppressions
            where
                suppressions.contact_sha256 = shoppers.contact_sha256
                and suppressions.covers in ('everything', chosen.sku)
        )
    order by chosen.requested_at, chosen.request_id
    on conflict (message_key) do nothing
)

select count(*) as chosen_requests from chosen
