"""The buyer's annex to a purchase order: why each line is bought, as a sentence and as numbers; it never leaves."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TypeAlias

from jinja2 import Template

from stockroom.documents import formats
from stockroom.documents.pages import page_template
from stockroom.documents.purchase_orders import OrderLine, PurchaseOrder, purchase_order_file_name
from stockroom.tabular.spreadsheet import csv_bytes

TermValue: TypeAlias = float | int | str | bool | None

NUMBERS: Mapping[str, str] = {
    "forecast_units_per_day": "sold a day",
    "lead_time_mean_days": "days that the supplier takes",
    "lead_time_sd_days": "their usual spread (±)",
    "review_days": "days until we look again",
    "expected_demand_units": "demand of these days",
    "safety_stock_units": "for surprises",
    "reorder_point_units": "reorder point",
    "available_units": "available",
    "on_order_units": "on order",
    "needed_units": "needed",
    "minimum_order_units": "supplier's minimum",
    "pack_units": "in a pack",
    "order_units": "ordered",
}
"""Name of a term to its words for a reader, in the order in which a person would follow them."""
CSV_COLUMNS = (
    "po_number", "version", "line_number", "sku", "description", "units", "line_value", "currency", "reason", *NUMBERS
)  # fmt: skip


def order_reasons_file_name(po_number: str, suffix: str) -> str:
    """Return ``PO-000001-reasons.html``.

    >>> order_reasons_file_name("PO-000001", "html")
    'PO-000001-reasons.html'

    Raises:
        UnprintableOrderError: the number is not one of our series.
    """
    return purchase_order_file_name(po_number, suffix).replace(".", "-reasons.")


def order_reasons_csv(order: PurchaseOrder) -> bytes:
    """Return one row per line, columns ``CSV_COLUMNS``; a number that the decision did not use is an empty cell."""
    return csv_bytes(
        CSV_COLUMNS,
        (
            (
                order.po_number,
                order.version,
                line.line_number,
                line.sku,
                line.description,
                line.units,
                formats.cents(line.line_value),
                order.currency,
                line.reason,
                *(_cell(line.terms.get(name)) for name in NUMBERS),
            )
            for line in order.lines
        ),
    )


def order_reasons_html(order: PurchaseOrder) -> bytes:
    """Return the annex as one page; whatever comes out of data is escaped."""
    return (
        _template()
        .render(
            order=order,
            lines=[(line, _numbers(line)) for line in order.lines],
            pdf_name=purchase_order_file_name(order.po_number, "pdf"),
            csv_name=order_reasons_file_name(order.po_number, "csv"),
            days_asked_for=(order.requested_date - order.ordered_date).days if order.requested_date else None,
        )
        .encode()
    )


def _cell(value: TermValue) -> TermValue:
    """Return a number as a spreadsheet shows it; ``ops.purchase_order_lines.terms`` keeps all its digits.

    >>> _cell(1.4670501665611761), _cell(48), _cell(None)
    (1.46705, 48, None)
    """
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _numbers(line: OrderLine) -> list[tuple[str, str]]:
    """Return (words, number) of each term that the decision used."""
    return [(words, _number(line.terms[name])) for name, words in NUMBERS.items() if line.terms.get(name) is not None]


def _number(value: TermValue) -> str:
    """Return a number with as many digits as a reader can use.

    >>> _number(0.6123), _number(16.0), _number(1250), _number(15.44)
    ('0.61', '16', '1,250', '15.4')
    """
    if not isinstance(value, int | float):
        return str(value)
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2g}"


@functools.cache
def _template() -> Template:
    return page_template("order_reasons.html")
