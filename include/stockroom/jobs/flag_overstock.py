"""Flag overstock: what lasts longer than its target, what that costs, and the cheapest way out, as a digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from stockroom.delivery.folder import write_whole
from stockroom.documents.overstock import (
    ExcessLine,
    OverstockDigest,
    overstock_csv,
    overstock_file_name,
    overstock_html,
)
from stockroom.jobs.decide_items import decide_items
from stockroom.planning import find_excess
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.excess import newest_plan_date, read_excess
from stockroom.warehouse.plans import take_turns, write_excess
from stockroom.warehouse.plans_inputs import read_inputs
from stockroom.warehouse.plans_pools import read_pools


class NothingPlannedError(RuntimeError):
    """No day has been planned yet, so there are no forecasts to measure stock by."""


@dataclass(frozen=True)
class OverstockSummary:
    """What the digest says in total."""

    plan_date: date
    items: int
    value_tied_up: Decimal
    currency: str
    page: Path

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return (
            f"{self.plan_date}: {self.items:,} SKU-locations overstocked, "
            f"{self.value_tied_up:,.2f} {self.currency} tied up; {self.page}"
        )


def flag_overstock(settings: Settings, *, as_of_date: date) -> OverstockSummary:
    """Measure the newest plan up to ``as_of_date`` against its targets, store ``plan.excess``, write the digest.

    Safe to rerun: a plan's frozen inputs give the same excess, and the same excess gives the same bytes.

    Raises:
        NothingPlannedError: there is no plan up to that day.
    """
    with connect(settings.warehouse_url) as connection:
        plan_date = newest_plan_date(connection, not_after=as_of_date)
        if plan_date is None:
            raise NothingPlannedError(f"no day up to {as_of_date} has been planned; run plan_purchase_orders first")
        take_turns(connection)
        inputs = read_inputs(connection, plan_date)
        plan = decide_items(inputs, read_pools(connection, plan_date))
        write_excess(connection, inputs, find_excess(inputs.history, plan))
        digest = OverstockDigest(
            plan_date=plan_date,
            company=settings.company_name,
            currency=settings.currency,
            lines=[ExcessLine(**row._asdict()) for row in read_excess(connection, plan_date)],
        )
    folder = settings.documents_dir / "overstock"
    page = folder / overstock_file_name(plan_date, "html")
    write_whole(page, overstock_html(digest))
    write_whole(folder / overstock_file_name(plan_date, "csv"), overstock_csv(digest))
    return OverstockSummary(plan_date, len(digest.lines), digest.value_tied_up, digest.currency, page)
