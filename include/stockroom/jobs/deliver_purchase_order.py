"""Deliver one purchase order: page, CSV and reasons into our documents; without reasons to the supplier on release."""

from __future__ import annotations

from pathlib import Path

import psycopg

from stockroom.delivery.folder import remove_unfinished, write_whole
from stockroom.documents.order_reasons import order_reasons_csv, order_reasons_file_name, order_reasons_html
from stockroom.documents.purchase_orders import (
    UnprintableOrderError,
    purchase_order_csv,
    purchase_order_file_name,
    purchase_order_pdf,
)
from stockroom.jobs.order_document import order_document
from stockroom.settings import Settings
from stockroom.warehouse.order_contents import read_order
from stockroom.warehouse.order_states import LEFT
from stockroom.warehouse.outbox import OutboxMessage

ORDER = "purchase_order"
"""Kind of message: a released order, for the supplier."""
DOCUMENT = "purchase_order_document"
"""Kind of message: the document of an order that waits, for whoever has to answer. It stays in the house."""


def deliver_purchase_order(settings: Settings, connection: psycopg.Connection, message: OutboxMessage) -> Path | None:
    """Write the files of a claimed message and return the page's path.

    The reasons stay among our documents, whether the order is released or not.
    ``None`` for the document of an order that nobody is asked about any more: answered, cancelled or a newer version.
    The same order gives the same bytes under the same names, so that a delivery repeated after a crash is one order.

    Raises:
        UnprintableOrderError: the order cannot be printed as it stands, or is not released after all.
    """
    po_number, _, version = message.subject_key.partition("/v")
    rows = read_order(connection, po_number=po_number, version=int(version))
    state = rows[0].state if rows else "not there in this version, or without lines"
    if message.kind == DOCUMENT and state != "waiting":
        return None
    if message.kind == ORDER and state not in LEFT:
        raise UnprintableOrderError(f"{message.subject_key} was to be delivered, but it is {state}")
    order = order_document(rows, company_name=settings.company_name, time_zone=settings.time_zone)
    page_name = purchase_order_file_name(order.po_number, "pdf")
    reasons = {
        order_reasons_file_name(order.po_number, "html"): order_reasons_html(order),
        order_reasons_file_name(order.po_number, "csv"): order_reasons_csv(order),
    }
    suppliers_copy = {
        page_name: purchase_order_pdf(order),
        # The CSV goes last: programs act on it, and by then the page for people is there.
        purchase_order_file_name(order.po_number, "csv"): purchase_order_csv(order),
    }
    folder = settings.documents_dir / "purchase_orders"
    _write(folder, reasons | suppliers_copy)
    if message.kind == ORDER:
        folder = settings.outbox_dir / "purchase_orders"
        _write(folder, suppliers_copy)
    return folder / page_name


def order_number(message: OutboxMessage) -> str:
    """Return the number of the order that a message is about."""
    return message.subject_key.partition("/v")[0]


def _write(folder: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        remove_unfinished(folder / name)  # ours alone: the message's row is locked
        write_whole(folder / name, content)
