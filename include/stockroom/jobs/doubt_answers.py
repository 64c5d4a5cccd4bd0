"""Put before a person what of suppliers' answers nobody can read or nobody agreed to; what is mended is resolved."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from stockroom.suppliers.item_numbers import closest_number
from stockroom.warehouse.answers_in_doubt import (
    ChargedLine,
    ForeignAnswer,
    OwedLine,
    UnknownItem,
    are_answers_built,
    list_charged_lines,
    list_foreign_answers,
    list_owed_lines,
    list_unknown_items,
)
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions

UNKNOWN, CHARGED, OWED = "unknown_supplier_item", "invoice_price", "backordered_order_line"
FOREIGN, TOO_MANY = "foreign_answer", "invoice_quantity"


@dataclass(frozen=True)
class AnswersDoubted:
    """How much of it there is."""

    unknown_items: int = 0
    charged_lines: int = 0
    owed_lines: int = 0
    """Of shoppers' orders."""
    foreign_answers: int = 0
    """To orders of other suppliers."""
    overcharged_lines: int = 0
    """For more units than can come."""

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def __str__(self) -> str:
        """Return one line for a person to read."""
        foreign = f", {self.foreign_answers:,} answers to orders of others" if self.foreign_answers else ""
        overcharged = f", {self.overcharged_lines:,} lines charged for too much" if self.overcharged_lines else ""
        return (
            f"{self.unknown_items:,} items of suppliers unknown, {self.charged_lines:,} lines charged otherwise, "
            f"{self.owed_lines:,} lines of shoppers back-ordered{foreign}{overcharged}"
        )


def doubt_answers(connection: psycopg.Connection) -> AnswersDoubted:
    """Look at all answers and make the open exceptions exactly what is in doubt.

    Before dbt has made its views there is nothing to see. Lines that can be read count all the same.
    """
    if not are_answers_built(connection):
        return AnswersDoubted()
    with connection.transaction():
        unknown = {each.key: each for each in map(_unknown, list_unknown_items(connection))}
        lines = list_charged_lines(connection)
        charged = {each.key: each for each in (_charged(line) for line in lines if line.is_other_price)}
        too_many = {each.key: each for each in (_too_many(line) for line in lines if line.is_too_many)}
        return AnswersDoubted(
            replace_exceptions(connection, kind=UNKNOWN, found=unknown.values()),
            replace_exceptions(connection, kind=CHARGED, found=charged.values()),
            replace_exceptions(connection, kind=OWED, found=map(_owed, list_owed_lines(connection))),
            replace_exceptions(connection, kind=FOREIGN, found=map(_foreign, list_foreign_answers(connection))),
            replace_exceptions(connection, kind=TOO_MANY, found=too_many.values()),
        )


def _unknown(item: UnknownItem) -> PlanException:
    key = f"{UNKNOWN}/{item.said_by}/{item.item_number}"
    if item.supplier_id is None:
        return PlanException(
            key=f"{UNKNOWN}/{item.said_by}",
            subject=f"supplier {item.said_by}",
            detail="sent an answer, and no supplier of ours is called so",
            mend=f"write {item.said_by} as x12_id into its row of the terms sheet, or correct supplier_id in its file",
        )
    meant = closest_number(item.item_number, item.known_numbers or ())
    hint = f"it looks like {meant}" if meant else "nothing in its catalogue looks like it"
    return PlanException(
        key=key,
        subject=f"{item.supplier_id} {item.item_number}",
        detail=f"stands in {item.about} and not in its catalogue; {hint}",
        mend="add the number to the supplier's catalogue with our SKU, or have the supplier correct it",
    )


def _foreign(answer: ForeignAnswer) -> PlanException:
    return PlanException(
        key=f"{FOREIGN}/{answer.order_number}/{answer.said_by}",
        subject=f"{answer.order_number} to {answer.ordered_from}",
        detail=f"{answer.file_name} of {answer.said_by} answers it, and it was ordered from {answer.ordered_from}: "
        "what it says changes nothing",
        mend=f"ask {answer.said_by} which order it means; if that is how {answer.ordered_from} calls itself, write it "
        "as x12_id into its row of the terms sheet",
    )


def _owed(line: OwedLine) -> PlanException:
    again = f"it has it again on {line.expected_date}" if line.expected_date else "it does not say when it has it again"
    return PlanException(
        key=f"{OWED}/{line.channel_id}/{line.order_line_id}",
        subject=f"{line.channel_id} order {line.order_name}",
        detail=f"{line.units_open:,} units of {line.sku} are to come from {line.supplier_id}, which has none; {again}",
        mend="tell the shopper, send it from another place, or cancel the line",
    )


def _too_many(line: ChargedLine) -> PlanException:
    """Return the question about a line of an order, whichever of its invoices went too far."""
    due = line.units_due or 0
    excess = (line.units_charged - due) * line.unit_price
    return PlanException(
        key=f"{TOO_MANY}/{line.order_number}/{line.line_number}",
        subject=f"{line.order_number} line {line.line_number}",
        detail=f"{line.supplier_id} charges {line.units_charged:,} units of {line.sku}, and {due:,} were ordered and "
        f"not refused: {excess:,.2f} {line.currency} too much",
        mend="pay what was ordered; if the rest was sent as well, amend the order or send it back",
    )


def _charged(line: ChargedLine) -> PlanException:
    where = f"{line.order_number} line {line.line_number or '?'}"
    key = f"{CHARGED}/{line.supplier_id}/{line.invoice_number}/{line.line_number or ''}/{line.item_number or ''}"
    said = f"{line.invoice_number} of {line.supplier_id} charges {line.unit_price:,.2f} {line.currency or ''}".rstrip()
    if line.unit_cost is None:
        return PlanException(
            key=key,
            subject=where,
            detail=f"{said} for each of {line.units:,} units of {line.item_number}, which the order does not hold",
            mend="ask the supplier what it charges for; pay what was ordered",
        )
    ordered = f"{line.unit_cost:,.2f} {line.order_currency}"
    detail = f"{said} for each of {line.units:,} units of {line.sku}, and the order says {ordered}"
    if line.currency == line.order_currency:
        difference = (line.unit_price - line.unit_cost) * line.units
        detail += f": {abs(difference):,.2f} {line.currency} too {'much' if difference > 0 else 'little'}"
    return PlanException(
        key=key,
        subject=where,
        detail=detail,
        mend="settle the price with the supplier before it is paid; if the new one holds, correct its catalogue",
    )
