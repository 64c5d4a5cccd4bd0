"""What is wrong with goods under way, in ``ops.exceptions``: raised once, ranked by money, answered by people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Literal, get_args

import psycopg
from psycopg.rows import class_row

from stockroom.planning.standing_exceptions import StandingException
from stockroom.planning.supply_signs import Kind

KINDS: tuple[str, ...] = get_args(Kind)
Answer = Literal["acted", "dismissed"]


class UnknownExceptionError(LookupError):
    """No exception that stands has that key."""


@dataclass(frozen=True)
class SupplyException:
    """One thing that is wrong with goods under way; fields as in ``supply_exceptions_found.sql``."""

    exception_key: str
    kind: str
    subject: str
    detail: str
    mend: str
    first_sign_at: datetime
    po_number: str
    line_number: int | None
    sku: str | None
    location_id: str
    supplier_id: str
    stockout_probability: float | None
    money_at_risk: Decimal | None
    currency: str
    proposal: str
    proposal_gain: Decimal | None
    owner: str


@dataclass(frozen=True)
class Outcomes:
    """What came of the exceptions that were raised since a day."""

    raised: int
    in_time: int
    """Raised within 48 hours of their first sign."""
    put_forward: int
    acted: int
    dismissed: int
    resolved: int
    """Gone by themselves."""
    open: int


def replace_supply_exceptions(
    connection: psycopg.Connection, found: Sequence[SupplyException], *, moment: datetime
) -> int:
    """Make what stands of supply exactly ``found``, and return how many are new; the caller commits.

    One that stood already keeps its time, its place before its owner and its answer. One that is gone is resolved,
    never deleted; if it comes again, it is news again.
    """
    connection.execute(_statement("supply_exceptions_found.sql"))
    with connection.cursor() as cursor, cursor.copy("copy found_supply from stdin") as copy:
        for one in found:
            copy.write_row(astuple(one))
    news = connection.execute(
        """
        select count(*) from found_supply
        where not exists (
            select from ops.exceptions as known
            where known.exception_key = found_supply.exception_key and known.resolved_at is null
        )
        """
    ).fetchone()
    connection.execute(_statement("supply_exceptions_raise.sql"), {"moment": moment})
    connection.execute(
        """
        update ops.exceptions set resolved_at = %(moment)s
        where
            kind = any(%(kinds)s) and resolved_at is null
            and exception_key not in (select found_supply.exception_key from found_supply)
        """,
        {"moment": moment, "kinds": list(KINDS)},
    )
    connection.execute("drop table found_supply")
    return int(news[0]) if news else 0


def put_forward(connection: psycopg.Connection, *, today: date, a_day: int) -> int:
    """Put the gravest before their owners, no more than ``a_day`` a person and day; the caller commits."""
    return connection.execute(
        """
        with ranked as (
            select
                exception_key,
                owner,
                row_number() over (
                    partition by owner order by money_at_risk desc nulls last, first_sign_at asc, exception_key asc
                ) as place
            from ops.exceptions
            where kind = any(%(kinds)s) and state = 'open' and put_forward_on is null
        ),

        already as (
            select owner, count(*) as exceptions from ops.exceptions
            where kind = any(%(kinds)s) and put_forward_on = %(today)s
            group by owner
        )

        update ops.exceptions as chosen set put_forward_on = %(today)s
        from ranked left join already on ranked.owner = already.owner
        where
            chosen.exception_key = ranked.exception_key
            and ranked.place <= %(a_day)s - coalesce(already.exceptions, 0)
        """,
        {"kinds": list(KINDS), "today": today, "a_day": a_day},
    ).rowcount


def list_standing(connection: psycopg.Connection) -> list[StandingException]:
    """Return what stands of supply, answered or not: what is put forward and open first, then the most money."""
    with connection.cursor(row_factory=class_row(StandingException)) as cursor:
        return cursor.execute(
            """
            select
                exception_key, kind, subject, detail, stockout_probability, money_at_risk, currency, proposal,
                proposal_gain, owner, first_sign_at, raised_at, put_forward_on, state, answered_by, answer_note
            from ops.exceptions
            where kind = any(%s) and resolved_at is null
            order by
                state != 'open', put_forward_on is null, money_at_risk desc nulls last, first_sign_at, exception_key
            """,
            (list(KINDS),),
        ).fetchall()


def count_outcomes(connection: psycopg.Connection, *, since: datetime) -> Outcomes:
    """Return what came of the exceptions raised since a moment."""
    with connection.cursor(row_factory=class_row(Outcomes)) as cursor:
        [found] = cursor.execute(
            """
            select
                count(*) as raised,
                count(*) filter (where raised_at - first_sign_at <= interval '48 hours') as in_time,
                count(put_forward_on) as put_forward,
                count(*) filter (where state = 'acted') as acted,
                count(*) filter (where state = 'dismissed') as dismissed,
                count(*) filter (where state = 'resolved') as resolved,
                count(*) filter (where state = 'open') as open
            from ops.exceptions
            where kind = any(%s) and raised_at >= %s
            """,
            (list(KINDS), since),
        ).fetchall()
    return found


def answer_exception(
    connection: psycopg.Connection, key: str, *, answer: Answer, who: str, note: str | None, moment: datetime
) -> None:
    """Note what a person did about an exception that stands, of any kind; a later answer replaces it.

    The caller commits.

    Raises:
        UnknownExceptionError: nothing of that key stands.
    """
    answered = connection.execute(
        """
        update ops.exceptions set answer = %s, answered_by = %s, answered_at = %s, answer_note = %s
        where exception_key = %s and resolved_at is null
        """,
        (answer, who, moment, note, key),
    ).rowcount
    if not answered:
        raise UnknownExceptionError(f"no exception {key} stands; `stockroom exceptions` lists those that do")


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
