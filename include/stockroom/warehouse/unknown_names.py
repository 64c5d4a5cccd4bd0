"""Names in files of the warehouse system and the planners that nobody else knows."""

from __future__ import annotations

from importlib import resources
from typing import Literal, NamedTuple

import psycopg

from stockroom.warehouse.built import are_built

What = Literal["item", "place", "order", "count", "channel", "listing"]
WITHIN_DAYS = 30
"""A file of the warehouse system is asked about for so long; what planners say, as long as it holds."""
_NEEDED = (
    "staging.stg_wms__counts",
    "staging.stg_suppliers__catalogue_items",
    "staging.stg_suppliers__purchase_order_lines",
    "intermediate.int_catalogue_items",
    "intermediate.int_drop_shippers",
    "intermediate.int_listing_parts",
    "intermediate.int_order_lines_unioned",
    "intermediate.int_receipts",
    "intermediate.int_skus",
    "intermediate.int_stock_truths",
    "marts.dim_channel_stock_rules",
)


class UnknownName(NamedTuple):
    """One name, and a file that it stands in."""

    source: str
    what: What
    name: str
    said_in: str


def list_unknown_names(connection: psycopg.Connection) -> list[UnknownName]:
    """Return them by source and kind; none before dbt has made what knows names."""
    if not are_built(connection, *_NEEDED):
        return []
    statement = resources.files("stockroom.warehouse").joinpath("unknown_names.sql").read_bytes()
    return [UnknownName(*row) for row in connection.execute(statement, {"days": WITHIN_DAYS})]


def list_known_names(connection: psycopg.Connection, what: What) -> list[str]:
    """Return the names that may have been meant."""
    statements = {
        "item": "select sku from intermediate.int_skus",
        "place": "select location_id from intermediate.int_stock_truths",
        "channel": "select channel_id from ops.channels",
    }
    return [str(name) for (name,) in connection.execute(statements[what])] if what in statements else []
