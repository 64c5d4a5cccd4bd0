"""List what is wrong with goods under way for the operators' desk, the gravest first."""

from __future__ import annotations

from typing import TypeAlias

from stockroom.documents.formats import percent
from stockroom.planning.standing_exceptions import StandingException
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.supply_exceptions import list_standing

EXCEPTIONS_SHOWN = 100
ShownException: TypeAlias = StandingException


def list_exceptions(settings: Settings) -> tuple[list[ShownException], int]:
    """Return the open exceptions that are put before people, and how many wait behind them."""
    with connect(settings.warehouse_url) as connection:
        standing = [one for one in list_standing(connection) if one.state == "open"]
    shown = [one for one in standing if one.put_forward_on][:EXCEPTIONS_SHOWN]
    return shown, len(standing) - len(shown)


def chance_in_words(one: ShownException) -> str:
    """Return the chance of a stockout, nothing where none hangs on it."""
    return "" if one.stockout_probability is None else percent(one.stockout_probability)
