"""Files of the warehouse system: what arrived, and what a count or a write-off changed."""

from __future__ import annotations

from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import Stream
from stockroom.tabular import FileSource, FileStream

RECEIPTS = Stream("wms", "receipts", key=("receipt_id",))
ADJUSTMENTS = Stream("wms", "adjustments", key=("adjustment_id",))

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
    ),
)
