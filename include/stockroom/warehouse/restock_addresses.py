"""Which addresses are still kept: asked before a file that holds one is left alone."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from stockroom.warehouse.restock_confirmations import MEDIUM as QUESTION_MEDIUM
from stockroom.warehouse.restock_feedback import HELP
from stockroom.warehouse.restock_notices import MAIL, TEXT

MEDIUM = {**QUESTION_MEDIUM, MAIL: "email", TEXT: "sms"}


def kept_digests(connection: psycopg.Connection, digests: Iterable[str]) -> set[str]:
    """Return those digests of addresses that stand in ``pii.shoppers``."""
    rows = connection.execute(
        "select contact_sha256 from pii.shoppers where contact_sha256 = any(%s)", (list(digests),)
    )
    return {row[0] for row in rows}


def known_requests(connection: psycopg.Connection, request_ids: Iterable[str]) -> set[str]:
    """Return those requests that were recorded, whatever has become of them."""
    rows = connection.execute(
        "select request_id from ops.restock_requests where request_id = any(%s)", (list(request_ids),)
    )
    return {row[0] for row in rows}


def messages_to_nobody(connection: psycopg.Connection, file_names: Iterable[str]) -> set[str]:
    """Return those files of messages to shoppers whose address is not kept any more."""
    rows = connection.execute(
        """
        with files as (
            select outbox.kind, outbox.subject_key, regexp_replace(outbox.path, '^.*/', '') as file_name
            from ops.outbox
            where outbox.kind = any(%(kinds)s) and outbox.path is not null
        )

        select files.file_name
        from files
        where
            files.file_name = any(%(file_names)s)
            and case
                when files.kind = %(help)s then
                    not exists (select from pii.shoppers where shoppers.shopper_id::text = files.subject_key)
                else
                    not exists (
                        select from ops.restock_request_contacts as contacts
                        inner join pii.shoppers using (shopper_id)
                        where
                            contacts.request_id = files.subject_key
                            and contacts.medium = %(medium)s::jsonb ->> files.kind
                    )
            end
        """,
        {
            "kinds": [*MEDIUM, HELP],
            "help": HELP,
            "medium": psycopg.types.json.Jsonb(MEDIUM),
            "file_names": list(file_names),
        },
    )
    return {row[0] for row in rows}
