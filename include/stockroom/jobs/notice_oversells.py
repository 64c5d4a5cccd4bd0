"""Notice units promised beyond stock, rebuild how each came about, and put the cheapest way out before a person."""

from __future__ import annotations

from dataclasses import dataclass

from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.exceptions import resolve_exception
from stockroom.warehouse.oversells import read_shortages, resolve_oversells

KIND = "oversell"


@dataclass(frozen=True)
class OversellsNoticed:
    """What stands after a look."""

    open_oversells: int
    units_short: int
    resolved: int

    def __str__(self) -> str:
        """Return one line for a person to read."""
        made_good = f", {self.resolved:,} made good" if self.resolved else ""
        if not self.open_oversells:
            return f"nothing is promised beyond stock{made_good}"
        return f"{self.units_short:,} units of {self.open_oversells:,} items are promised beyond stock{made_good}"


def notice_oversells(settings: Settings) -> OversellsNoticed:
    """Open an oversell for each item of which more is promised than is there, or bring the open one up to date.

    Each stands as one exception until it is made good. Safe to repeat: an item has one open oversell.
    """
    with connect(settings.warehouse_url) as connection:
        shortages = read_shortages(connection)
        if shortages:
            # What weighs them takes a third of a second to import, and in most rounds there is nothing to weigh.
            from stockroom.jobs.oversell_incidents import keep, rebuild_all

            for incident in rebuild_all(settings, connection, shortages):
                keep(connection, incident, kind=KIND, currency=settings.currency)
        resolved = resolve_oversells(connection)
        for oversell_id in resolved:
            resolve_exception(connection, f"{KIND}/{oversell_id}")
        connection.commit()
    return OversellsNoticed(len(shortages), -sum(each.available_units for each in shortages), len(resolved))
