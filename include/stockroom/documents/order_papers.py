"""An order's document as data: what was sent can be set again, to the same bytes, whatever the marts say by then."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from stockroom.documents.purchase_orders import OrderLine, Party, PurchaseOrder, Release

_OURS = ("reason", "terms")
"""What of a line no supplier reads; it stands with the order's lines."""


def paper_as_json(order: PurchaseOrder) -> dict[str, Any]:
    """Return all that the documents of an order are made from, as JSON can hold it."""
    bare = replace(order, lines=tuple(replace(line, reason="", terms={}) for line in order.lines))
    told: dict[str, Any] = _plain(asdict(bare))
    for line in told["lines"]:
        for name in _OURS:
            del line[name]
    return told


def paper_from_json(told: dict[str, Any]) -> PurchaseOrder:
    """Return the order that ``paper_as_json`` kept; a field that came later has its default."""
    known = {one.name for one in fields(PurchaseOrder)}
    given = {name: value for name, value in told.items() if name in known}
    given |= {name: Party(**{**given[name], "address_lines": tuple(given[name]["address_lines"])}) for name in _PARTIES}
    given |= {name: _day(given[name]) for name in ("ordered_date", "requested_date")}
    release = given["release"]
    given["release"] = release and Release(**{**release, "released_date": _day(release["released_date"])})
    given["lines"] = tuple(
        OrderLine(
            **{**line, "unit_cost": Decimal(line["unit_cost"]), "line_value": Decimal(line["line_value"]), "reason": ""}
        )
        for line in given["lines"]
    )
    return PurchaseOrder(**given)


def with_reasons(paper: PurchaseOrder, order: PurchaseOrder) -> PurchaseOrder:
    """Return a kept paper with the reasons of the order that it is of."""
    said = {line.line_number: line for line in order.lines}
    return replace(
        paper,
        lines=tuple(
            replace(line, reason=said[line.line_number].reason, terms=said[line.line_number].terms)
            for line in paper.lines
        ),
    )


_PARTIES = ("buyer", "supplier", "ship_to")


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any part of a document
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
