"""Files of the warehouse system: what arrived, what was written off or found, and what a count says lies there."""

from __future__ import annotations

from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import Part, Stream, may_be_blank, needs
from stockroom.tabular import FileSource, FileStream

# A number is of one row: a later row of it corrects the earlier one.
RECEIPTS = Stream(
    "wms",
    "receipts",
    key=("receipt_id",),
    alike=("location", "sku"),
    checks=(
        Part(
            (
                *may_be_blank("line_number", kind="number"),
                *needs("units", kind="units"),
                *needs("received_at", kind="past_moment"),
            )
        ),
    ),
)
ADJUSTMENTS = Stream(
    "wms",
    "adjustments",
    key=("adjustment_id",),
    alike=("location", "sku"),
    checks=(Part((*needs("units", kind="units"), *needs("occurred_at", kind="past_moment"))),),
)
COUNTS = Stream(
    "wms",
    "counts",
    key=("count_id",),
    alike=("location", "sku"),
    about="Counts of what lies at a location; key: count_id",
    checks=(Part((*needs("units", kind="units"), *needs("counted_at", kind="past_moment"))),),
)

RECEIPT_COLUMNS = (
    "receipt_id",
    "shipment_id",
    "po_number",
    "line_number",
    "location",
    "sku",
    "units",
    "received_at",
)
ADJUSTMENT_COLUMNS = ("adjustment_id", "occurred_at", "location", "sku", "units", "reason")
COUNT_COLUMNS = ("count_id", "counted_at", "location", "sku", "units")


def folder(settings: Settings) -> Path | str:
    """Return the folder that the warehouse system fills."""
    return settings.wms_dir


WMS = FileSource(
    name="wms",
    setting="wms_dir",
    folder=folder,
    files=(
        FileStream(RECEIPTS, pattern="receipts-*.csv", columns=RECEIPT_COLUMNS),
        FileStream(ADJUSTMENTS, pattern="adjustments-*.csv", columns=ADJUSTMENT_COLUMNS),
        FileStream(COUNTS, pattern="counts-*.csv", columns=COUNT_COLUMNS),
        FileStream(COUNTS, pattern="counts-*.xlsx", columns=COUNT_COLUMNS),
    ),
)
