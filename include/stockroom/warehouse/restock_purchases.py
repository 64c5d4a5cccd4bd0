"""Notes which notices were bought by, from the orders of the shop. The caller commits."""

from __future__ import annotations

from importlib import resources

import psycopg

from stockroom.warehouse.restock_notices import HELD_FOR

NOTICE_KEY = "stockroom_notice"
"""The attribute of a cart, and of the order that it becomes, which holds the token of a notice."""
BROWSER_KEY = "stockroom_browser"
"""The attribute which holds the random number of a browser that asked, and whose owner lets the shop measure."""
_STREAM = "shopify_orders"


def note_purchases(connection: psycopg.Connection) -> int:
    """Note what orders landed since the last look were bought by a notice; return how many notices that were.

    Whoever bought waits for nothing more, and their units are promised to nobody any longer.
    """
    row = connection.execute(
        """
        select
            coalesce((select landing_file_id from ops.restock_order_cursor where stream = %(stream)s), 0),
            (
                select coalesce(max(landing_file_id), 0) from raw.landing_files
                where source = 'shopify' and stream = 'orders'
            ),
            exists (select 1 from ops.restock_outcomes)
        """,
        {"stream": _STREAM},
    ).fetchone()
    after, upto, is_anybody_told = row if row else (0, 0, False)
    if upto <= after:
        return 0
    bought = 0
    if is_anybody_told:  # else nobody can have bought by a notice: a long history is not searched for none
        statement = resources.files(__package__).joinpath("restock_purchases.sql").read_bytes()
        wanted = {"after": after, "upto": upto, "notice_key": NOTICE_KEY, "browser_key": BROWSER_KEY}
        found = connection.execute(statement, {**wanted, "measured_for": HELD_FOR}).fetchone()
        bought = int(found[0]) if found else 0
    connection.execute(
        """
        insert into ops.restock_order_cursor (stream, landing_file_id) values (%s, %s)
        on conflict (stream) do update set landing_file_id = excluded.landing_file_id
        """,
        (_STREAM, upto),
    )
    return bought
