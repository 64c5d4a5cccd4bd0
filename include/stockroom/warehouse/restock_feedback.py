"""What bounces, texts and mail services change about requests, and answers to HELP. The caller commits."""

from __future__ import annotations

import psycopg

HELP = "help_sms"


def end_requests(connection: psycopg.Connection, contact_sha256: str, *, reason: str) -> int:
    """End the requests that have no other confirmed address than this one; return how many."""
    return connection.execute(
        """
        update ops.restock_requests as requests set state = 'unsubscribed', last_event_note = %s
        from ops.restock_request_contacts as contacts
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        where
            shoppers.contact_sha256 = %s and contacts.request_id = requests.request_id
            and contacts.confirmed_at is not null and requests.state in ('active', 'chosen', 'failed')
            and not exists (
                select 1 from ops.restock_request_contacts as more
                where
                    more.request_id = requests.request_id and more.confirmed_at is not null
                    and more.shopper_id != contacts.shopper_id
            )
        """,
        (reason, contact_sha256),
    ).rowcount


def fail_bounced(connection: psycopg.Connection, contact_sha256: str) -> int:
    """Note that notices to an address never arrived; return how many."""
    return connection.execute(
        """
        with outcomes as (
            update ops.restock_outcomes as outcomes set bounced_at = now()
            from ops.restock_requests as told
            inner join ops.restock_request_contacts as contacts using (request_id)
            inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
            where
                shoppers.contact_sha256 = %(digest)s and contacts.confirmed_at is not null
                and told.state in ('chosen', 'sent') and told.notified_at > now() - interval '7 days'
                and outcomes.request_id = told.request_id and outcomes.wave_id = told.wave_id
                and outcomes.sent_at is not null and outcomes.bounced_at is null
        )

        update ops.restock_requests as requests set state = 'failed', last_event_note = 'the address bounced'
        from ops.restock_request_contacts as contacts
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        where
            shoppers.contact_sha256 = %(digest)s and contacts.request_id = requests.request_id
            and contacts.confirmed_at is not null and requests.state in ('chosen', 'sent')
            and requests.notified_at > now() - interval '7 days'
        """,
        {"digest": contact_sha256},
    ).rowcount


def ask_for_help(connection: psycopg.Connection, contact_sha256: str) -> int:
    """Put the answer to HELP into the outbox, once a day and number that we know; return how many that is."""
    return connection.execute(
        """
        insert into ops.outbox (message_key, kind, subject_key, state)
        select 'help/' || shopper_id || '/' || current_date, %s, shopper_id::text, 'pending'
        from pii.shoppers where contact_sha256 = %s
        on conflict (message_key) do nothing
        """,
        (HELP, contact_sha256),
    ).rowcount


def read_number(connection: psycopg.Connection, shopper_id: str) -> str | None:
    """Return the number of whoever asked for help; ``None`` once it is erased."""
    row = connection.execute("select phone from pii.shoppers where shopper_id = %s::bigint", (shopper_id,)).fetchone()
    return None if row is None else row[0]
