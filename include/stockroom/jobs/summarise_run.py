"""Say what a run came to, and where it lies: what `make run` prints at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from stockroom.documents.overstock import overstock_file_name
from stockroom.documents.supply_report import supply_report_file_name
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_states import LEFT
from stockroom.warehouse.run_summary import (
    BuildCount,
    DropShipCount,
    GateVerdict,
    NoticeCount,
    OrderCount,
    PlanCount,
    Rejection,
    StreamCount,
    SupplyCount,
    count_builds,
    count_drop_ships,
    count_notices,
    count_orders,
    count_plan,
    count_streams,
    count_supply,
    list_planned_dates,
    list_rejections,
    list_verdicts,
)

LABEL_WIDTH, TEXT_WIDTH = 11, 62
FILES_SHOWN = 10
Line = tuple[str, str, str]
"""Label, text and path."""


@dataclass(frozen=True)
class RunSummary:
    """What a run did from ``since`` on, and what stands there for its plan date; without ``since`` only the latter."""

    plan_date: date
    currency: str
    streams: Sequence[StreamCount]
    """Of the run where ``since`` is given."""
    rejections: Sequence[Rejection]
    builds: BuildCount
    plan: PlanCount
    planned_dates: Sequence[date]
    orders: Sequence[OrderCount]
    drop_ships: DropShipCount
    supply: SupplyCount
    notices_in_run: NoticeCount
    notices: NoticeCount
    verdicts: Sequence[GateVerdict]
    documents_dir: Path
    outbox_dir: Path
    landing_url: str
    since: datetime | None

    @property
    def is_nothing_new(self) -> bool:
        """Return whether the run added no row, planned no day, changed no order and told nobody."""
        if self.since is None or self.plan.planned_at is None:
            return False
        is_planned_now = self.plan.planned_at >= self.since
        has_told = any(self.notices_in_run)
        return not (self.streams or has_told or is_planned_now or any(one.changed for one in self.orders))

    def __str__(self) -> str:
        """Return the summary as aligned lines, each with its path."""
        if self.plan.planned_at is None:
            return self._not_planned()
        if self.is_nothing_new:
            title = f"Nothing is new: {self.plan_date} was planned before, and nothing was written twice."
        else:
            title = f"Plan for the morning of {self.plan_date}:"
        lines = [title]
        if self.since is not None:
            lines += ["In this run", *aligned(self._run_lines())]
        lines += ["As it stands now", *aligned(self._standing_lines())]
        if _total(self.orders, ("waiting",))[0]:
            lines += [
                "List the orders that wait, and answer them (or do it in Airflow, while `make up` runs):",
                "  .venv/bin/stockroom waiting",
                "  .venv/bin/stockroom answer PO-000001 1 release --who NAME",
            ]
        return "\n".join(lines)

    def _not_planned(self) -> str:
        """Return what there is to say of a day without a plan."""
        planned = ", ".join(str(day) for day in self.planned_dates) or "none yet"
        return (
            f"{self.plan_date} was not planned. Planned days: {planned}. "
            f"On the sample store `make run AS_OF={self.plan_date}` plans it."
        )

    def _run_lines(self) -> Iterator[Line]:
        """Yield what the run did."""
        for number, (source, counts) in enumerate(groupby(self.streams, key=lambda one: one.source)):
            rows = ", ".join(counted(one.loaded, one.stream.replace("_", " ")) for one in counts)
            yield (
                "extracted" if number == 0 else "",
                f"{source}: {rows}",
                "" if number else shown_path(self.landing_url),
            )
        if not self.streams:
            yield "extracted", "nothing new", ""
        yield "rejected", counted(sum(one.rejected for one in self.streams), "rows"), ""
        if self.builds.models:
            built = f"{counted(self.builds.models, 'models')}, {counted(self.builds.tests, 'data tests')} passed"
            yield "built", built, "schema marts"
        yield "orders", f"{sum(one.changed for one in self.orders):,} new or changed", ""
        yield "mails", _mails(self.notices_in_run), ""
        if self.notices_in_run.texts:  # they leave by day only
            yield "texts", counted(self.notices_in_run.texts, "restock texts"), ""

    def _standing_lines(self) -> Iterator[Line]:
        """Yield what stands there for the plan date, whoever wrote it and when."""
        planned = f"{counted(self.plan.items, 'SKU-locations')}, {self.plan.items_to_order:,} to order"
        yield "planned", planned, "plan.decisions"
        yield from self._order_lines()
        if self.drop_ships.orders:
            passed_on = counted(self.drop_ships.orders, "drop-ship orders")
            yield "", f"{passed_on} passed on, {self.drop_ships.answered:,} answered", "ops.drop_ship_lines"
        if self.supply.exceptions:
            at_risk = f"{self.supply.money_at_risk:,.2f} {self.currency} at risk in "
            page = self.documents_dir / "supply" / supply_report_file_name(self.plan_date, "html")
            yield "supply", at_risk + counted(self.supply.exceptions, "supply exceptions"), shown_path(page)
        tied_up = f"{self.plan.value_tied_up:,.2f} {self.currency} tied up in "
        digest = self.documents_dir / "overstock" / overstock_file_name(self.plan_date, "html")
        yield "overstock", tied_up + counted(self.plan.overstocked, "SKU-locations"), shown_path(digest)
        yield "mails", f"{_mails(self.notices)} in all", shown_path(self.outbox_dir / "mail")
        if self.notices.texts:
            yield (
                "texts",
                f"{counted(self.notices.texts, 'restock texts')} in all",
                shown_path(self.outbox_dir / "sms"),
            )
        if self.notices.followed or self.notices.bought:
            became = f"{self.notices.followed:,} of these led to the shop, {self.notices.bought:,} to a purchase"
            yield "", became, "marts.fct_restock_funnel"
        for number, verdict in enumerate(self.verdicts):
            text = f"{verdict.gate}: {'passed' if verdict.passed else 'failed'}"
            yield "" if number else "gates", text, shown_path(verdict.report_path)
        yield from self._rejection_lines()

    def _order_lines(self) -> Iterator[Line]:
        """Yield the lines about purchase orders."""
        if self.plan.later_plan_date is not None and not self.orders:
            later = self.plan.later_plan_date
            yield "orders", f"none: {later} was planned before, and its orders stand", ""
            return
        released, released_value = _total(self.orders, LEFT)
        waiting, waiting_value = _total(self.orders, ("waiting",))
        refused, _ = _total(self.orders, ("refused",))
        sent, written = self.outbox_dir / "purchase_orders", self.documents_dir / "purchase_orders"
        yield "orders", f"{released:,} released, worth {released_value:,.2f} {self.currency}", shown_path(sent)
        yield (
            "",
            f"{waiting:,} waiting for a person, worth {waiting_value:,.2f} {self.currency}",
            shown_path(written),
        )
        if released or waiting:
            yield "", "why each line is bought, order by order", shown_path(written / "PO-*-reasons.html")
        if refused:
            yield "", f"{refused:,} refused", "ops.purchase_order_events"

    def _rejection_lines(self) -> Iterator[Line]:
        """Yield what stands rejected, from this run or an earlier one, file by file with its reason."""
        if not self.rejections:
            return
        rows = counted(sum(one.rows for one in self.rejections), "rows")
        yield "rejected", f"{rows} of {counted(len(self.rejections), 'files')}", "raw.rejected_records"
        for one in self.rejections[:FILES_SHOWN]:
            more = f" (and {counted(one.rows - 1, 'more rows')})" if one.rows > 1 else ""
            yield "", f"{one.source}: {one.file_name}, line {one.first_line:,}: {one.first_reason}{more}", ""
        if len(self.rejections) > FILES_SHOWN:
            yield "", f"and {counted(len(self.rejections) - FILES_SHOWN, 'more files')}", ""


def summarise_run(settings: Settings, *, as_of_date: date, since: datetime | None = None) -> RunSummary:
    """Return what stands there for a plan date, and what was new from ``since`` on, if given."""
    with connect(settings.warehouse_url) as connection:
        return RunSummary(
            plan_date=as_of_date,
            currency=settings.currency,
            streams=count_streams(connection, since=since),
            rejections=list_rejections(connection),
            builds=count_builds(connection, plan_date=as_of_date),
            plan=count_plan(connection, plan_date=as_of_date),
            planned_dates=list_planned_dates(connection),
            orders=count_orders(connection, plan_date=as_of_date, since=since, currency=settings.currency),
            drop_ships=count_drop_ships(connection),
            supply=count_supply(connection, currency=settings.currency),
            notices_in_run=count_notices(connection, since=since),
            notices=count_notices(connection, since=None),
            verdicts=list_verdicts(connection, plan_date=as_of_date),
            documents_dir=settings.documents_dir,
            outbox_dir=settings.outbox_dir,
            landing_url=settings.landing_url,
            since=since,
        )


def _mails(count: NoticeCount) -> str:
    """Return what shoppers were written."""
    apologies = f", {counted(count.apologies, 'apologies')}" if count.apologies else ""
    return counted(count.mails, "restock mails") + apologies


def counted(number: int, things: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "policies"), counted(1, "orders"), counted(3405, "products")
    ('1 policy', '1 order', '3,405 products')
    """
    if number == 1:
        things = things.removesuffix("ies") + "y" if things.endswith("ies") else things.removesuffix("s")
    return f"{number:,} {things}"


def _total(orders: Iterable[OrderCount], states: Sequence[str]) -> tuple[int, Decimal]:
    chosen = [one for one in orders if one.state in states]
    return sum(one.orders for one in chosen), sum((one.value for one in chosen), Decimal(0))


def shown_path(place: Path | str) -> str:
    """Return a path as one would type it from the current folder; another kind of place as it is."""
    text = str(place).removeprefix("file://")
    here = f"{Path.cwd()}/"
    return text.removeprefix(here)


def aligned(lines: Iterable[Line]) -> Iterator[str]:
    """Yield lines with their labels, texts and paths one below another."""
    for label, text, path in lines:
        yield f"  {label:<{LABEL_WIDTH}}{text:<{TEXT_WIDTH}}  {path}".rstrip()
