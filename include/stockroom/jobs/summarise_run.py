"""Say what a run came to, and where it lies: what `make run` prints at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from stockroom.documents.overstock import overstock_file_name
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.run_summary import (
    BuildCount,
    OrderCount,
    PlanCount,
    StreamCount,
    count_builds,
    count_mails,
    count_orders,
    count_plan,
    count_streams,
)

LABEL_WIDTH, TEXT_WIDTH = 11, 62
RELEASED_STATES = ("approved", "released", "part_received", "received")


@dataclass(frozen=True)
class RunSummary:
    """What stands there for a plan date. Counts of rows, orders and mails are of the run where ``since`` was given."""

    plan_date: date
    currency: str
    streams: Sequence[StreamCount]
    builds: BuildCount
    plan: PlanCount
    orders: Sequence[OrderCount]
    mails: int
    documents_dir: Path
    outbox_dir: Path
    reports_dir: Path
    landing_url: str
    since: datetime | None

    @property
    def is_nothing_new(self) -> bool:
        """Return whether the run added no row, planned no day, changed no order and sent no mail."""
        if self.since is None or self.plan.planned_at is None:
            return False
        is_planned_now = self.plan.planned_at >= self.since
        return not (self.streams or self.mails or is_planned_now or any(one.changed for one in self.orders))

    def __str__(self) -> str:
        """Return the summary as aligned lines, each with its path."""
        if self.is_nothing_new:
            title = f"Nothing is new: {self.plan_date} was planned before, and nothing was written twice. It stands as:"
        else:
            title = f"Plan for the morning of {self.plan_date}:"
        lines = [title, *_aligned(self._lines())]
        if _total(self.orders, ("waiting",))[0]:
            lines += [
                "Orders that wait are answered while `make up` runs: in Airflow, or with their number and version:",
                "  .venv/bin/stockroom answer PO-000001 1 release --who NAME",
            ]
        return "\n".join(lines)

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        """Yield label, text and path."""
        for number, (source, counts) in enumerate(groupby(self.streams, key=lambda one: one.source)):
            rows = ", ".join(f"{one.loaded:,} {one.stream.replace('_', ' ')}" for one in counts)
            yield ("extracted" if number == 0 else "", f"{source}: {rows}", "" if number else _path(self.landing_url))
        if not self.streams:
            yield ("extracted", "nothing new", "")
        rejected = sum(one.rejected for one in self.streams)
        yield (
            "rejected",
            f"{rejected:,} row" + ("" if rejected == 1 else "s"),
            "raw.rejected_records" if rejected else "",
        )
        if self.builds.models:
            yield ("built", f"{self.builds.models} models, {self.builds.tests} data tests passed", "schema marts")
        yield (
            "planned",
            f"{self.plan.items:,} SKU-locations, {self.plan.items_to_order:,} to order",
            "plan.decisions",
        )
        yield from self._order_lines()
        yield (
            "overstock",
            f"{self.plan.value_tied_up:,.2f} {self.currency} tied up in {self.plan.overstocked:,} SKU-locations",
            _path(self.documents_dir / "overstock" / overstock_file_name(self.plan_date, "html")),
        )
        yield ("mails", f"{self.mails:,} restock mails", _path(self.outbox_dir / "mail"))
        for gate in ("raw", "decisions"):
            report = self.reports_dir / f"{gate}-{self.plan_date}.html"
            if report.exists():
                yield ("gates" if gate == "raw" else "", f"{gate}: passed", _path(report))

    def _order_lines(self) -> Iterator[tuple[str, str, str]]:
        """Yield the lines about purchase orders."""
        if self.plan.later_plan_date is not None and not self.orders:
            later = self.plan.later_plan_date
            yield ("orders", f"none: {later} was planned before, and its orders stand", "")
            return
        released, released_value = _total(self.orders, RELEASED_STATES)
        waiting, waiting_value = _total(self.orders, ("waiting",))
        yield (
            "orders",
            f"{released:,} released, worth {released_value:,.2f} {self.currency}",
            _path(self.outbox_dir / "purchase_orders"),
        )
        yield (
            "",
            f"{waiting:,} waiting for a person, worth {waiting_value:,.2f} {self.currency}",
            _path(self.documents_dir / "purchase_orders"),
        )
        refused, _ = _total(self.orders, ("refused",))
        if refused:
            yield ("", f"{refused:,} refused", "ops.purchase_order_events")


def summarise_run(settings: Settings, *, as_of_date: date, since: datetime | None = None) -> RunSummary:
    """Return what stands there for a plan date; only what was new from ``since`` on, if given."""
    with connect(settings.warehouse_url) as connection:
        return RunSummary(
            plan_date=as_of_date,
            currency=settings.currency,
            streams=count_streams(connection, since=since),
            builds=count_builds(connection, plan_date=as_of_date),
            plan=count_plan(connection, plan_date=as_of_date),
            orders=count_orders(connection, plan_date=as_of_date, since=since),
            mails=count_mails(connection, since=since),
            documents_dir=settings.documents_dir,
            outbox_dir=settings.outbox_dir,
            reports_dir=settings.reports_dir,
            landing_url=settings.landing_url,
            since=since,
        )


def _total(orders: Iterable[OrderCount], states: Sequence[str]) -> tuple[int, Decimal]:
    chosen = [one for one in orders if one.state in states]
    return sum(one.orders for one in chosen), sum((one.value for one in chosen), Decimal(0))


def _path(place: Path | str) -> str:
    """Return a path as one would type it from the current folder; another kind of place as it is."""
    text = str(place).removeprefix("file://")
    here = f"{Path.cwd()}/"
    return text.removeprefix(here)


def _aligned(lines: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    for label, text, path in lines:
        yield f"  {label:<{LABEL_WIDTH}}{text:<{TEXT_WIDTH}}  {path}".rstrip()
