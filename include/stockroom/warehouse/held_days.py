"""Which days the warehouse can be asked about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import psycopg

from stockroom.warehouse.built import are_built


class HeldDays(NamedTuple):
    """The first and the last morning for which there is a past to plan from."""

    first: date
    last: date


def held_days(connection: psycopg.Connection, *, time_zone: str) -> HeldDays | None:
    """Return the mornings after the first sale and up to where the channels were read; ``None`` before both are there.

    The first sale is known when the marts are built.
    """
    if not are_built(connection, "marts.fct_sales_daily"):
        return None
    [(first_sale, read_until)] = connection.execute(
        """
        select
            (select min(sold_date) from marts.fct_sales_daily),
            (select (max(window_end) at time zone %s)::date from raw.landing_files)
        """,
        (time_zone,),
    ).fetchall()
    if first_sale is None or read_until is None:
        return None
    return HeldDays(first_sale + timedelta(days=1), read_until)
