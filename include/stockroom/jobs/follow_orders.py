"""Say what became of a day's orders by a later plan: what people and suppliers answered, and that none came twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from stockroom.documents.supply_report import supply_report_file_name
from stockroom.jobs.summarise_run import Line, aligned, counted, shown_path
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.follow_orders import (
    AnsweredOrder,
    AskedAgain,
    KindCount,
    LaterPlan,
    ScoreRow,
    count_kinds,
    list_answered,
    list_asked_again,
    list_scores,
    read_later_plan,
)

REFUSED = "refused"
IN_WORDS = {
    "late_supply": "late",
    "short_supply": "short",
    "backordered_supply": "back-ordered",
    "unanswered_order": "unanswered",
}


@dataclass(frozen=True)
class OrdersFollowed:
    """What became of the orders of ``plan_date`` by the plan of ``as_of_date``."""

    plan_date: date
    as_of_date: date
    answered: Sequence[AnsweredOrder]
    kinds: Sequence[KindCount]
    scores: Sequence[ScoreRow]
    planned: LaterPlan
    asked_again: Sequence[AskedAgain]
    supply_page: Path

    def __str__(self) -> str:
        """Return aligned lines, each with its place."""
        if not self.answered:
            return f"No order of {self.plan_date} was released or refused."
        title = f"What became of the orders of {self.plan_date} by the plan of {self.as_of_date}"
        return "\n".join([title, *aligned(self._lines())])

    def _lines(self) -> Iterator[Line]:
        yield from _first_with("people", self._people(), "ops.purchase_order_events")
        yield from _first_with("suppliers", self._suppliers(), "ops.purchase_order_line_answers")
        yield from _first_with("exceptions", self._exceptions(), shown_path(self.supply_page))
        yield from _first_with("scorecard", self._scorecard(), "marts.fct_supplier_scorecard")
        yield from _first_with("the plan", self._plan(), "plan.inputs")

    def _people(self) -> Iterator[str]:
        """Yield who let which orders go, and who did not."""
        ordered = sorted(self.answered, key=lambda one: (one.state == REFUSED, one.answered_by))
        for (is_refused, who), orders in groupby(ordered, key=lambda one: (one.state == REFUSED, one.answered_by)):
            yield f"{who} {'refused' if is_refused else 'released'} {', '.join(one.po_number for one in orders)}"

    def _suppliers(self) -> Iterator[str]:
        for order in self.answered:
            if order.state != REFUSED:
                yield f"{order.supplier_id} {_said(order)}"

    def _exceptions(self) -> Iterator[str]:
        found = [f"{one.exceptions:,} {IN_WORDS.get(one.kind, one.kind.replace('_', ' '))}" for one in self.kinds]
        yield ", ".join(found) or "none"
        own = [f"{one.of_the_day:,} {IN_WORDS.get(one.kind, one.kind)}" for one in self.kinds if one.of_the_day]
        if own:
            yield f"of these about the orders above: {', '.join(own)}"

    def _scorecard(self) -> Iterator[str]:
        for one in self.scores:
            days = "" if one.days_to_acknowledge is None else f", after {one.days_to_acknowledge:.1f} days"
            yield f"{one.supplier_id}: {one.orders_acknowledged} of {counted(one.orders, 'orders')} answered{days}"

    def _plan(self) -> Iterator[str]:
        plan = self.planned
        if plan.lines_counted < plan.lines:
            yield f"COUNTS ONLY {plan.lines_counted:,} of {counted(plan.lines, 'lines')} still to come in full"
        else:
            yield f"counts all {plan.units:,} units to come on {counted(plan.lines, 'lines')} as on order"
        if plan.lines_unexplained:
            yield f"ORDERS TWICE on {counted(plan.lines_unexplained, 'lines')}"
        else:
            yield "orders nothing twice"
        reasons = {
            "shortened": plan.again_short,
            "owed until later": plan.again_owed,
            "in higher demand": plan.again_grown,
            "sold since": plan.again_sold,
        }
        why = ", ".join(f"{lines:,} {reason}" for reason, lines in reasons.items() if lines)
        came_again = f"{counted(plan.lines_again, 'lines')} came again"
        yield f"{came_again}, for {plan.units_again:,} units on top" if plan.lines_again else came_again
        if why:
            yield f"of these {why}"
        for one in self.asked_again:
            yield _again(one)


def follow_orders(settings: Settings, *, plan_date: date, as_of_date: date) -> OrdersFollowed:
    """Return what became of the orders of ``plan_date`` by the time that ``as_of_date`` was planned."""
    cut_off = datetime.combine(as_of_date, time(), ZoneInfo(settings.time_zone))
    with connect(settings.warehouse_url) as connection:
        answered = list_answered(connection, plan_date=plan_date)
        suppliers = sorted({one.supplier_id for one in answered if one.state != REFUSED})
        return OrdersFollowed(
            plan_date=plan_date,
            as_of_date=as_of_date,
            answered=answered,
            kinds=count_kinds(connection, plan_date=plan_date),
            scores=list_scores(connection, plan_date=plan_date, suppliers=suppliers) if suppliers else (),
            planned=read_later_plan(connection, plan_date=plan_date, later=as_of_date, cut_off=cut_off),
            asked_again=list_asked_again(connection, plan_date=plan_date, later=as_of_date),
            supply_page=settings.documents_dir / "supply" / supply_report_file_name(as_of_date, "html"),
        )


def _said(order: AnsweredOrder) -> str:
    """Return what a supplier makes of an order."""
    if not order.answered_lines:
        return f"says nothing of {order.po_number} ({counted(order.lines, 'lines')})"
    parts = []
    if order.short_lines:
        parts.append(f"shortens {order.short_lines:,} of {order.lines:,} lines of {{}} by {order.units_short:,} units")
    if order.owed_lines:
        parts.append(f"owes {order.units_owed:,} units on {order.owed_lines:,} of {order.lines:,} lines of {{}}")
    if not parts:
        parts.append(f"takes {{}} as it is ({counted(order.lines, 'lines')})")
    return "; ".join(parts).format(*[order.po_number] * len(parts))


def _again(one: AskedAgain) -> str:
    """Return what became of a refused order."""
    if one.later_number is None:
        return f"{one.po_number}, refused, is not proposed again"
    if one.later_state == "proposed":
        return f"{one.po_number}, refused, is not asked again: {one.later_number} is held"
    said = f"{one.po_number} was refused; {one.later_number}, {one.later_state}, asks"
    if one.new_lines == one.lines:
        return f"{said} only for what is new or much larger: {counted(one.lines, 'lines')}"
    return f"{said} for {counted(one.lines, 'lines')}, of which {one.new_lines:,} new or much larger"


def _first_with(label: str, texts: Iterator[str], place: str) -> Iterator[Line]:
    """Yield lines of which the first bears the label and the place."""
    for number, text in enumerate(texts):
        yield ("", text, "") if number else (label, text, place)
