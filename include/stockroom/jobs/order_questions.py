"""Put into words what is asked about each order that waits, and of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockroom.documents.order_question import OrderQuestion, QuestionLine, order_question
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_answers import WaitingOrder, waiting_orders
from stockroom.warehouse.order_questions import QuestionRow, read_question_lines


@dataclass(frozen=True)
class AskedOrder:
    """A waiting order, the text under its question, and who may answer it."""

    order: WaitingOrder
    body: str
    asked: tuple[str, ...]


def order_questions(settings: Settings, *, only: str | None = None, desk_url: str = "") -> tuple[AskedOrder, ...]:
    """Return a question for each order that waits, by number, or for one of them.

    Of two people the second is asked once the first said yes: a second approver, unless the first was one.

    Args:
        only: number of an order; none asks about all.
        desk_url: where the operators' desk shows documents; without it the question links to none.
    """
    with connect(settings.warehouse_url) as connection:
        orders = [one for one in waiting_orders(connection) if only in (None, one.po_number)]
        lines = read_question_lines(connection, [order.po_number for order in orders])
    return tuple(
        AskedOrder(order, _body(settings, order, lines[order.po_number], desk_url), _asked(settings, order))
        for order in orders
    )


def _asked(settings: Settings, order: WaitingOrder) -> tuple[str, ...]:
    if not order.first_yes:
        return settings.approvers
    said_yes = set(order.first_yes.split(", "))
    others = settings.approvers if said_yes & set(settings.second_approvers) else settings.second_approvers
    return tuple(name for name in others if name not in said_yes)


def _body(settings: Settings, order: WaitingOrder, rows: Sequence[QuestionRow], desk_url: str) -> str:
    wait_days = (order.requested_date - order.plan_date).days if order.requested_date else 0
    run_out = [row for row in rows if row.days_of_supply is not None and row.days_of_supply < wait_days]
    documents = {"the order": "pdf", "why each line is bought": "reasons"} if desk_url else {}
    return order_question(
        OrderQuestion(
            po_number=order.po_number,
            version=order.version,
            supplier_name=order.supplier_name,
            location_id=order.location_id,
            currency=order.currency,
            value=order.value,
            requested_date=order.requested_date,
            units=order.units,
            why=order.why or "it was put before a person",
            first_yes=order.first_yes or "",
            base_currency=settings.currency,
            exchange_rate=order.exchange_rate,
            rate_date=order.rate_date,
            margin_per_day=sum(row.margin_per_day or 0.0 for row in run_out),
            first_out_in_days=min((row.days_of_supply or 0.0 for row in run_out), default=None),
            lines=tuple(
                QuestionLine(
                    row.line_number,
                    row.sku,
                    row.description or "",
                    row.units,
                    row.unit_cost,
                    row.line_value,
                    row.reason,
                )
                for row in rows
            ),
            links=tuple((words, f"{desk_url}/documents/{order.po_number}.{kind}") for words, kind in documents.items()),
        )
    )
