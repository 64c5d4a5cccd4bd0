"""Requests that ended in vain: who is told so, and what the mail shows. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from stockroom.warehouse.built import are_built
from stockroom.warehouse.restock_products import SimilarProduct, bought_together, read_similar, read_titles
from stockroom.warehouse.restock_units import units_to_be_had

KIND = "sorry_mail"
LOOKED_BACK = timedelta(days=365)
"""So far before the wait began orders say what was bought with it: during the wait none held it."""
LATELY = timedelta(days=30)
"""An apology for something asked for much longer ago than shoppers wait is a nuisance: such a request just ends."""


class Apology(NamedTuple):
    """What the mail to one shopper who waited in vain needs."""

    address: str
    sku: str
    channel_id: str
    is_discontinued: bool
    title: str
    alternatives: tuple[SimilarProduct, ...]


def gone_for_good(connection: psycopg.Connection) -> list[str]:
    """Return waited-for SKUs that nobody offers any more, of which none is left or on its way; of the newest marts."""
    if not are_built(connection, "marts.fct_stock_positions"):
        return []
    rows = connection.execute(
        """
        select skus.sku
        from marts.dim_skus as skus
        left join marts.fct_stock_positions as positions on skus.sku = positions.sku
        where
            (skus.is_discontinued or not skus.is_active)
            and exists (
                select 1 from ops.restock_requests where restock_requests.sku = skus.sku and state = 'active'
            )
        group by skus.sku
        having coalesce(sum(positions.available_units), 0) <= 0 and coalesce(sum(positions.inbound_units), 0) <= 0
        """
    ).fetchall()
    return [sku for (sku,) in rows]


def end_in_vain(
    connection: psycopg.Connection, *, gone: Sequence[str], made_before: datetime, at_once: int
) -> tuple[int, int]:
    """End what waited too long or waits for what is gone; return how many requests, and how many mails that makes.

    ``at_once``: mails that one shopper gets of one call at the most.
    """
    ending = _ending(connection, gone, made_before)
    if not ending:
        return 0, 0
    alternatives: dict[str, list[dict[str, object]]] = {}
    in_stock: list[str] = []
    titles: dict[str, str] = {}
    for channel_id, skus in ending.items():
        together = bought_together(connection, skus, channel_id, since=made_before.date() - LOOKED_BACK)
        for sku, found in read_similar(connection, skus, channel_id, together=together).items():
            alternatives[f"{channel_id}/{sku}"] = [{**one._asdict(), "price": str(one.price)} for one in found]
        units_of = units_to_be_had(connection, skus, channel_id)
        in_stock += [f"{channel_id}/{sku}" for sku, units in units_of.items() if units > 0]
        titles |= {f"{channel_id}/{sku}": title for sku, title in read_titles(connection, skus, channel_id).items()}
    parameters = {
        "gone": list(gone),
        "made_before": made_before,
        "asked_after": made_before - LATELY,
        "at_once": at_once,
        "in_stock": in_stock,
        "titles": Jsonb(titles),
        "alternatives": Jsonb(alternatives),
    }
    row = connection.execute(_statement("restock_apologies_make.sql"), parameters).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def read_apology(connection: psycopg.Connection, request_id: str) -> Apology | None:
    """Return what a mail needs; ``None`` when none is needed any more (waits on, suppressed, erased)."""
    row = connection.execute(
        """
        select
            shoppers.email, requests.sku, requests.channel_id,
            apologies.reason, apologies.title, apologies.alternatives
        from ops.restock_requests as requests
        inner join ops.restock_apologies as apologies using (request_id)
        inner join ops.restock_request_contacts as contacts using (request_id)
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        where
            requests.request_id = %s and requests.state = 'expired'
            and contacts.medium = 'email' and contacts.confirmed_at is not null
            and not exists (
                select 1 from pii.suppressions
                where
                    suppressions.contact_sha256 = shoppers.contact_sha256
                    and suppressions.covers in ('everything', requests.sku)
            )
        """,
        (request_id,),
    ).fetchone()
    if row is None:
        return None
    address, sku, channel_id, reason, title, alternatives = row
    shown = tuple(_product(one) for one in alternatives)
    return Apology(address, sku, channel_id, reason == "discontinued", title, shown)


def _ending(connection: psycopg.Connection, gone: Sequence[str], made_before: datetime) -> dict[str, list[str]]:
    """Return, by channel, the SKUs of requests that end now."""
    rows = connection.execute(
        """
        select channel_id, array_agg(distinct sku order by sku) from ops.restock_requests
        where state = 'active' and (sku = any(%s) or coalesce(waits_since, requested_at) < %s)
        group by channel_id order by channel_id
        """,
        (list(gone), made_before),
    ).fetchall()
    return dict(rows)


def _product(kept: dict[str, Any]) -> SimilarProduct:
    # Apologies made before products of all shops were known call the page a handle.
    page = kept["page"] if "page" in kept else kept["handle"]
    return SimilarProduct(kept["title"], page, kept["image_url"], Decimal(kept["price"]))


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
