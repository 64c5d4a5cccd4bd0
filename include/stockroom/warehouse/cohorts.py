"""Which SKUs are live and which are only watched: chosen by a person, kept with who and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Literal, NamedTuple

import psycopg

from stockroom.warehouse.built import are_built

By = Literal["velocity", "revenue"]


class Cohort(NamedTuple):
    """The choice that holds."""

    choice: str
    live_skus: int
    watched_skus: int
    who: str
    chosen_at: datetime


class Switched(NamedTuple):
    """What a choice changed."""

    live_skus: int
    watched_skus: int
    turned_live: int
    turned_watched: int
    is_new: bool
    """Whether anything is different from before; else nothing was written."""


def is_known(connection: psycopg.Connection) -> bool:
    """Return whether the marts say which SKUs there are."""
    return are_built(connection, "marts.fct_sku_velocity")


def read_cohort(connection: psycopg.Connection) -> Cohort | None:
    """Return the choice that holds; None: nobody ever chose, so all SKUs are live."""
    row = connection.execute(
        """
        select
            choice,
            count(*) filter (where coalesce(switched.is_live, cohorts.is_all)),
            count(*) filter (where not coalesce(switched.is_live, cohorts.is_all)),
            who,
            chosen_at
        from ops.cohort_in_force as cohorts
        cross join marts.dim_skus as skus
        left join ops.cohort_skus as switched on skus.sku = switched.sku
        group by choice, who, chosen_at
        """
    ).fetchone()
    return None if row is None else Cohort(*row)


def top_skus(connection: psycopg.Connection, *, share: float, by: By) -> list[str]:
    """Return that share of the SKUs on sale, the best first: by units a day over 90 days, or by what these bring in."""
    rows = connection.execute(_statement("cohorts_top.sql"), {"share": share, "by": by}).fetchall()
    return [row[0] for row in rows]


def unknown_skus(connection: psycopg.Connection, skus: Sequence[str]) -> list[str]:
    """Return those of some SKUs that no catalogue knows."""
    rows = connection.execute(
        "select wanted.sku from unnest(%s::text[]) as wanted (sku) left join marts.dim_skus as skus using (sku) "
        "where skus.sku is null order by wanted.sku",
        (list(skus),),
    ).fetchall()
    return [row[0] for row in rows]


def switch(connection: psycopg.Connection, skus: Sequence[str] | None, *, choice: str, who: str) -> Switched:
    """Make some SKUs live and watch the others; None: all of them are live, later ones too. The caller commits.

    A choice that changes nothing is not written down.
    """
    connection.execute("select pg_advisory_xact_lock(hashtextextended('stockroom.cohorts', 0))")
    given = {"skus": list(skus or ()), "is_all": skus is None, "choice": choice, "who": who}
    row = connection.execute(_statement("cohorts_switch.sql"), given).fetchone()
    if row is None:
        raise RuntimeError("a count returned no row")
    return Switched(*row)


def _statement(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()
