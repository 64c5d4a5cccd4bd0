"""In which language shoppers are spoken to: that of the form on which they asked."""

from __future__ import annotations

from typing import NamedTuple

import psycopg


class Reader(NamedTuple):
    """Whom words are for; both empty where a request came in a file of the shop."""

    language: str = ""
    country: str = ""


def read_reader(connection: psycopg.Connection, request_id: str) -> Reader:
    """Return who reads what is said about a request."""
    row = connection.execute(
        """
        select wording_locale, country from ops.restock_consents
        where request_id = %s order by consent_id desc limit 1
        """,
        (request_id,),
    ).fetchone()
    return Reader() if row is None else Reader(*row)


def read_reader_of_number(connection: psycopg.Connection, shopper_id: str) -> Reader:
    """Return who reads what a number is sent that belongs to no request."""
    row = connection.execute(
        """
        select consents.wording_locale, consents.country
        from ops.restock_consents as consents
        inner join ops.restock_request_contacts as contacts using (request_id)
        where contacts.shopper_id = %s::bigint order by consents.consent_id desc limit 1
        """,
        (shopper_id,),
    ).fetchone()
    return Reader() if row is None else Reader(*row)
