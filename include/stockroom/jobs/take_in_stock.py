"""Keep the ledger of stock in step with what landed: events are entered, positions settle."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from stockroom.channels import CHANNELS
from stockroom.warehouse.exceptions import raise_exception, resolve_exception
from stockroom.warehouse.stock_ledger import LEVEL_STREAMS, is_built, read_truths, take_in

KIND = "stock_ledger"
COUNTED_BY = ("count", "ledger", *sorted(source for source, _ in LEVEL_STREAMS))
"""Who may say what lies at a place: of the channels those that show levels."""
IMPATIENCE_SECONDS = 5
"""A round does not wait longer for a view that is being built anew; the next one, minutes later, takes in the rest."""


@dataclass(frozen=True)
class StockTaken:
    """What one look at raw brought."""

    entries: int
    positions: int

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return f"{self.entries:,} entries, {self.positions:,} positions changed"


def take_in_stock(connection: psycopg.Connection) -> StockTaken:
    """Enter what landed since the last look in one transaction; outside of it nothing is left half done.

    ``connection`` is in autocommit. Before dbt built its views, and while it builds them anew, nothing is taken in:
    what landed meanwhile comes with the next look. A record that cannot be read puts a question before a person.
    """
    try:
        with connection.transaction():
            connection.execute(f"set local lock_timeout = '{IMPATIENCE_SECONDS}s'")
            if not is_built(connection):
                return StockTaken(0, 0)
            taken = take_in(connection, CHANNELS)
            resolve_exception(connection, KIND)
            _question_truths(connection)
    except psycopg.errors.OperationalError:  # a lock, or a deadlock with who rebuilds the views
        return StockTaken(0, 0)
    except psycopg.errors.DataError as error:
        with connection.transaction():
            raise_exception(
                connection,
                KIND,
                kind=KIND,
                subject="stock positions",
                detail=f"what landed cannot be entered: {error}",
                mend="Positions stay as they were until it can. `stockroom build` names the model and the record",
            )
        return StockTaken(0, 0)
    return StockTaken(taken.entries, taken.positions)


def _question_truths(connection: psycopg.Connection) -> None:
    """Put places before a person of which the planners name somebody as counting them who is nobody."""
    key = f"{KIND}/source_of_truth"
    unknown = [f"{location} ({named})" for location, named in read_truths(connection) if named not in COUNTED_BY]
    if not unknown:
        resolve_exception(connection, key)
        return
    raise_exception(
        connection,
        key,
        kind=KIND,
        subject="source of truth",
        detail=f"nobody of that name counts what lies at {', '.join(unknown)}: only counts are believed there",
        mend=f"Name one of {', '.join(COUNTED_BY)} in the planners' locations file",
    )
