"""The buyers' overrides: as the marts show them, as a plan froze them, and which quantities were ordered already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning.overrides import Catalogue, Override, OverrideBook, open_overrides


def read_overrides(connection: psycopg.Connection, *, as_of_date: date) -> OverrideBook:
    """Return the overrides that hold on a day; those that speak of nothing in that day's marts are named apart."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(
            "select * from marts.dim_overrides order by file_name, line_number, override_id"
        ).fetchall()
    if not rows:
        return OverrideBook(())
    locations: dict[str, set[str]] = defaultdict(set)
    categories: set[str] = set()
    items = connection.execute(
        """
        select positions.sku, positions.location_id, coalesce(skus.category, '')
        from marts.fct_stock_positions as positions
        inner join marts.dim_skus as skus on positions.sku = skus.sku
        where positions.as_of_date = %s
        """,
        (as_of_date,),
    )
    for sku, location_id, category in items:
        locations[sku].add(location_id)
        categories.add(category)
    suppliers = {name for (name,) in connection.execute("select supplier_id from marts.dim_suppliers")}
    return open_overrides(
        (
            Override(
                override_id=row.override_id,
                scope=(row.scope or "").casefold(),
                key="" if row.key == "*" else row.key,
                kind=(row.kind or "").casefold(),
                wanted=row.wanted or "",
                set_by=row.set_by or "",
                set_on=row.set_on,
                why=row.why or "",
                valid_until=row.valid_until,
                file_name=row.file_name,
                line_number=row.line_number,
            )
            for row in rows
        ),
        as_of_date=as_of_date,
        catalogue=Catalogue(locations, suppliers, categories),
    )


def overrides_as_json(book: OverrideBook) -> list[dict[str, Any]]:
    """Return overrides as a plan keeps them."""
    return [
        {**asdict(one), "set_on": one.set_on.isoformat(), "valid_until": one.valid_until.isoformat()}
        for one in book.overrides
    ]


def read_frozen_overrides(connection: psycopg.Connection, plan_date: date) -> OverrideBook:
    """Return the overrides that a plan froze."""
    row = connection.execute(
        "select coalesce(policy -> 'overrides', '[]') from plan.runs where plan_date = %s", (plan_date,)
    ).fetchone()
    return OverrideBook(
        tuple(
            Override(
                **{
                    **one,
                    "set_on": date.fromisoformat(one["set_on"]),
                    "valid_until": date.fromisoformat(one["valid_until"]),
                }
            )
            for one in (row[0] if row else ())
        )
    )


def read_ordered_overrides(connection: psycopg.Connection, overrides: Iterable[Override]) -> set[str]:
    """Return the ids of those whose quantity stands in an order that is no proposal any more: they are done."""
    ids = [one.override_id for one in overrides]
    if not ids:
        return set()
    rows = connection.execute(
        """
        select distinct term ->> 'value'
        from ops.purchase_order_lines as lines
        inner join ops.purchase_orders as orders
            on lines.po_number = orders.po_number and lines.version = orders.version
        inner join ops.purchase_order_states as states on orders.state = states.state
        cross join lateral jsonb_array_elements(lines.terms) as term
        where
            lines.terms @> '[{"name": "override"}]'
            and (states.is_on_order or orders.state = 'closed')
            and term ->> 'name' = 'override' and term ->> 'value' = any(%s)
        """,
        (ids,),
    )
    return {row[0] for row in rows}
