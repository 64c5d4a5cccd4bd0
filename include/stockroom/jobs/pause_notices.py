"""Hold back every notice to shoppers, or let them go again."""

from __future__ import annotations

from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.switches import NOTICES, turn


def pause_notices(settings: Settings, *, who: str) -> str:
    """Choose nobody and send nothing from now on; what waits in the outbox stays there."""
    with connect(settings.warehouse_url) as connection:
        turn(connection, NOTICES, is_on=False, who=who)
    return "paused: nobody is told of a restock until `stockroom resume-notices`"


def resume_notices(settings: Settings, *, who: str) -> str:
    """Go on where it stopped; stock is read again before anything is sent."""
    with connect(settings.warehouse_url) as connection:
        turn(connection, NOTICES, is_on=True, who=who)
    return "shoppers are told again"
