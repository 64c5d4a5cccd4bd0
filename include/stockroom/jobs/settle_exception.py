"""Note what somebody did about an exception; it leaves the list, and is no news again while its cause stands."""

from __future__ import annotations

from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.supply_exceptions import Answer, answer_exception


def settle_exception(settings: Settings, key: str, answer: Answer, *, who: str, note: str | None = None) -> str:
    """Record the answer and return it in words.

    Raises:
        UnknownExceptionError: nothing of that key stands.
    """
    with connect(settings.warehouse_url) as connection:
        answer_exception(connection, key, answer=answer, who=who, note=note, moment=clock(connection))
    return f"{key}: {answer} by {who}" + (f", {note}" if note else "")
