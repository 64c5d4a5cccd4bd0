"""Restock requests that end by themselves, and the addresses that nobody needs any more. The caller commits."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg

UNCONFIRMED_FOR = timedelta(hours=48)
"""So long the owner of an address may take to say yes."""
KEPT_FOR = timedelta(days=30)
"""So long after a notice its address is kept, for the page behind the link and for complaints."""
REGRET_FOR = timedelta(days=1)
"""So long after unsubscribing a shopper can take that back."""
SORRY_FOR = timedelta(days=14)
"""So long after an apology a shopper can say that they wait on."""


def expire_unconfirmed(connection: psycopg.Connection, *, now: datetime) -> int:
    """End requests whose owner did not say yes in time, and return how many."""
    return connection.execute(
        """
        update ops.restock_requests set state = 'expired', last_event_note = 'nobody confirmed the address'
        where state = 'pending' and requested_at < %s
        """,
        (now - UNCONFIRMED_FOR,),
    ).rowcount


def erase_unneeded(connection: psycopg.Connection, *, now: datetime) -> int:
    """Delete addresses that no request needs any more and return how many; the requests stay as numbers."""
    return connection.execute(
        """
        delete from pii.shoppers
        where exists (
            select 1 from ops.restock_request_contacts as contacts where contacts.shopper_id = shoppers.shopper_id
        ) and not exists (
            select 1 from ops.restock_request_contacts as contacts
            inner join ops.restock_requests as requests using (request_id)
            where
                contacts.shopper_id = shoppers.shopper_id and (
                    requests.state in ('pending', 'active', 'chosen') and not exists (
                        select 1 from ops.outbox
                        where
                            outbox.subject_key = requests.request_id and outbox.state = 'sending'
                            and outbox.sent_at < %(kept_since)s
                    )
                    or requests.state in ('sent', 'clicked', 'failed', 'bought')
                    and requests.changed_at > %(kept_since)s
                    or requests.state = 'unsubscribed' and requests.changed_at > %(regret_since)s
                    or requests.state = 'expired' and requests.changed_at > %(sorry_since)s
                    and exists (
                        select 1 from ops.restock_apologies where restock_apologies.request_id = requests.request_id
                    )
                )
        )
        """,
        {"kept_since": now - KEPT_FOR, "regret_since": now - REGRET_FOR, "sorry_since": now - SORRY_FOR},
    ).rowcount


def unname_erased(connection: psycopg.Connection) -> int:
    """Drop what named notices of erased shoppers to the shop, so that no order leads to them; return how many."""
    return connection.execute(
        """
        with browsers as (
            delete from ops.restock_browsers as browsers
            where not exists (
                select 1 from ops.restock_request_contacts as contacts
                inner join pii.shoppers using (shopper_id)
                where contacts.request_id = browsers.request_id
            )
        )

        update ops.restock_outcomes as outcomes set cart_token = null
        where
            cart_token is not null
            and not exists (
                select 1 from ops.restock_request_contacts as contacts
                inner join pii.shoppers using (shopper_id)
                where contacts.request_id = outcomes.request_id
            )
        """
    ).rowcount


def erase_address(connection: psycopg.Connection, contact_sha256: str) -> int:
    """Delete the address with this digest and end what was asked with it alone; return how many requests that were."""
    return connection.execute(
        """
        with forgotten as (
            delete from pii.shoppers where contact_sha256 = %s returning shopper_id
        )
        update ops.restock_requests as requests set state = 'erased', last_event_note = 'erased on request'
        from ops.restock_request_contacts as contacts
        where
            contacts.request_id = requests.request_id and requests.state != 'erased'
            and contacts.shopper_id in (select forgotten.shopper_id from forgotten)
            and not exists (
                select 1 from ops.restock_request_contacts as more
                inner join pii.shoppers as known on more.shopper_id = known.shopper_id
                where
                    more.request_id = requests.request_id and more.confirmed_at is not null
                    and more.shopper_id not in (select forgotten.shopper_id from forgotten)
            )
        """,
        (contact_sha256,),
    ).rowcount
