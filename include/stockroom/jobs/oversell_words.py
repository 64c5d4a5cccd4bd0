"""How an oversell is told: what a channel showed, how old that was, and an order's name."""

from __future__ import annotations

from datetime import timedelta

from stockroom.warehouse.oversells import TimelineRow


def shown_text(row: TimelineRow) -> str:
    """Return what a channel showed when an order came, and how old that figure was."""
    if row.shown_units is None or row.shown_at is None:
        return "had never been told a figure"
    return f"showed {row.shown_units:,}, read {ago(row.occurred_at - row.shown_at)} before"


def ago(span: timedelta) -> str:
    """Return a span as a person says it.

    >>> ago(timedelta(seconds=44)), ago(timedelta(minutes=3, seconds=10)), ago(timedelta(hours=7))
    ('44 s', '3 min', '7 h')
    """
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7_200:
        return f"{seconds // 60} min"
    return f"{seconds // 3_600} h" if seconds < 172_800 else f"{seconds // 86_400} days"


def order_name(document_key: str | None) -> str:
    """Return an order's key without the address that some channels put before it."""
    return str(document_key).rpartition("/")[2]
