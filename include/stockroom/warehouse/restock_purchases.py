"""Notes which notices were bought by, from the orders of the shops. The caller commits."""

from __future__ import annotations

from importlib import resources

import psycopg
from psycopg.types.json import Jsonb

from stockroom.warehouse.restock_notices import HELD_FOR

NOTICE_KEY = "stockroom_notice"
"""The attribute of a cart, and of the order that it becomes, which holds the token of a notice."""
BROWSER_KEY = "stockroom_browser"
"""The attribute which holds the random number of a browser that asked, and whose owner lets the shop measure."""
CAMPAIGN_SOURCE = "stockroom"
"""As ``utm_source`` of a link into WooCommerce, which notes with an order the link that its visit came by."""
SHOPS = ("shopify", "woocommerce")
"""Whose orders can name the notice that they came of."""
_ATTRIBUTION = "_wc_order_attribution_"


def note_purchases(connection: psycopg.Connection) -> int:
    """Note what orders landed since the last look were bought by a notice; return how many notices that were.

    Whoever bought waits for nothing more, and their units are promised to nobody any longer.
    """
    after = {channel_id: _searched(connection, channel_id) for channel_id in SHOPS}
    upto = {channel_id: _landed(connection, channel_id) for channel_id in SHOPS}
    if all(upto[channel_id] <= after[channel_id] for channel_id in SHOPS):
        return 0
    bought = 0
    # Nobody can have bought by a notice before anybody was told: a long history is not searched for none.
    if connection.execute("select from ops.restock_outcomes limit 1").fetchone() is not None:
        statement = resources.files(__package__).joinpath("restock_purchases.sql").read_bytes()
        source = [{"key": f"{_ATTRIBUTION}utm_source", "value": CAMPAIGN_SOURCE}]
        wanted: dict[str, object] = {
            "notice_key": NOTICE_KEY,
            "browser_key": BROWSER_KEY,
            "woocommerce_key": f"{_ATTRIBUTION}utm_id",
            "woocommerce_source": Jsonb(source),
            "measured_for": HELD_FOR,
        }
        for channel_id in SHOPS:
            wanted |= {f"{channel_id}_after": after[channel_id], f"{channel_id}_upto": upto[channel_id]}
        found = connection.execute(statement, wanted).fetchone()
        bought = int(found[0]) if found else 0
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.restock_order_cursor (stream, landing_file_id) values (%s, %s)
            on conflict (stream) do update set landing_file_id = excluded.landing_file_id
            """,
            [(f"{channel_id}_orders", upto[channel_id]) for channel_id in SHOPS],
        )
    return bought


def _searched(connection: psycopg.Connection, channel_id: str) -> int:
    """Return the last landing file of a shop's orders that was searched."""
    row = connection.execute(
        "select landing_file_id from ops.restock_order_cursor where stream = %s", (f"{channel_id}_orders",)
    ).fetchone()
    return int(row[0]) if row else 0


def _landed(connection: psycopg.Connection, channel_id: str) -> int:
    row = connection.execute(
        "select coalesce(max(landing_file_id), 0) from raw.landing_files where source = %s and stream = 'orders'",
        (channel_id,),
    ).fetchone()
    return int(row[0]) if row else 0
