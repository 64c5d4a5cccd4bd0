"""Make of one message about a purchase order what leaves: our own papers first, then the supplier's copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from stockroom.delivery.folder import remove_unfinished, write_whole
from stockroom.documents.order_papers import paper_as_json, paper_from_json, with_reasons
from stockroom.documents.order_reasons import order_reasons_csv, order_reasons_file_name, order_reasons_html
from stockroom.documents.order_templates import UnusableTemplateError, with_template
from stockroom.documents.purchase_order_850 import purchase_order_850
from stockroom.documents.purchase_orders import (
    PurchaseOrder,
    UnprintableOrderError,
    purchase_order_csv,
    purchase_order_file_name,
    purchase_order_pdf,
    purchase_order_xlsx,
)
from stockroom.documents.transfer_slips import transfer_slip_csv, transfer_slip_pdf, transfer_slip_xlsx
from stockroom.jobs.order_document import buyer_of, find_template, order_document
from stockroom.settings import Settings
from stockroom.warehouse.order_contents import read_order
from stockroom.warehouse.order_papers import KeptPaper, find_paper, keep_paper
from stockroom.warehouse.order_states import LEFT
from stockroom.warehouse.order_ways import OrderWay, interchange_number
from stockroom.warehouse.outbox import OutboxMessage
from stockroom.x12.write import Address, UnwritableError

ORDER = "purchase_order"
"""Kind of message: a released order, for the supplier."""
CANCELLATION = "purchase_order_cancellation"
"""Kind of message: an order that the supplier has is taken back."""
DOCUMENT = "purchase_order_document"
"""Kind of message: the document of an order that waits, for whoever has to answer. It stays in the house."""


@dataclass(frozen=True)
class Parcel:
    """What leaves for a supplier."""

    order: PurchaseOrder
    address: str
    """E-mail address of the supplier's terms; empty if they hold none."""
    files: Mapping[str, bytes] = field(repr=False)
    """By name. What programs act on comes last: by then the page for people is there."""

    @property
    def name(self) -> str:
        """Return the file by whose name the parcel is found again."""
        return next(iter(self.files))


def prepare_order(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, way: OrderWay
) -> Parcel | None:
    """Write our own papers of a claimed message, and return what leaves for the supplier.

    The reasons stay among our documents, whether the order is released or not. ``None`` for the document of an order
    that nobody is asked about any more: answered, cancelled or a newer version. The same order gives the same bytes
    under the same names, so that a delivery repeated after a crash is one order.

    Raises:
        UnprintableOrderError: the order cannot be printed as it stands, or is not released after all.
    """
    rows = read_order(connection, po_number=order_number(message), version=order_version(message))
    state = rows[0].state if rows else "not there in this version, or without lines"
    if message.kind == DOCUMENT and state != "waiting":
        return None
    if message.kind == ORDER and state not in LEFT:
        raise UnprintableOrderError(f"{message.subject_key} was to be delivered, but it is {state}")
    if message.kind == CANCELLATION and state != "cancelled":
        raise UnprintableOrderError(f"{message.subject_key} was to be taken back, but it is {state}")
    order = order_document(
        rows,
        buyer=buyer_of(settings),
        time_zone=settings.time_zone,
        way=way,
        is_cancelled=message.kind == CANCELLATION,
    )
    # What was ready once leaves as it was: a repetition must be the same, whatever names and templates say by now.
    kept = find_paper(connection, message.message_key) if message.kind != DOCUMENT else None
    order = with_reasons(paper_from_json(kept.paper), order) if kept else _as_wanted(settings, order, way)
    own = {name: _contents(order, ending) for ending, name in _names(order, ("pdf", "csv")).items()}
    reasons = {
        order_reasons_file_name(order.po_number, "html"): order_reasons_html(order),
        order_reasons_file_name(order.po_number, "csv"): order_reasons_csv(order),
    }
    write_files(settings.documents_dir / "purchase_orders", reasons | own)
    if message.kind == DOCUMENT:
        return Parcel(order, "", own)
    files = {
        name: own[name] if name in own else _supplier_file(settings, connection, message, way, order, ending)
        for ending, name in _names(order, way.formats).items()
    }
    paper = KeptPaper(
        message.message_key, order.po_number, order.version, order.template, list(way.formats), paper_as_json(order)
    )
    keep_paper(connection, paper)  # only now, as what could not be made may be mended
    return Parcel(order, rows[0].supplier_email or "", files)


def order_number(message: OutboxMessage) -> str:
    """Return the number of the order that a message is about."""
    return message.subject_key.partition("/v")[0]


def order_version(message: OutboxMessage) -> int:
    """Return the version of the order that a message is about."""
    return int(message.subject_key.partition("/v")[2])


def write_files(folder: Path, contents: Mapping[str, bytes]) -> Path:
    """Write files into a folder and return the first one's path. Only for who holds the lock on their message."""
    for name, content in contents.items():
        remove_unfinished(folder / name)
        write_whole(folder / name, content)
    return folder / next(iter(contents))


_CONTENTS = {
    "purchase": {"pdf": purchase_order_pdf, "csv": purchase_order_csv, "xlsx": purchase_order_xlsx},
    "transfer": {"pdf": transfer_slip_pdf, "csv": transfer_slip_csv, "xlsx": transfer_slip_xlsx},
}
_CONTENTS["drop_ship"] = _CONTENTS["purchase"]
_ENDINGS = {"x12": "edi"}


def _names(order: PurchaseOrder, formats: tuple[str, ...]) -> dict[str, str]:
    """Return a file's name by its format, the page first; what changes an order stands beside it under its own."""
    tail = "-cancelled" if order.is_cancelled else f"-v{order.version}" if order.replaces else ""
    return {
        each: purchase_order_file_name(order.po_number, _ENDINGS.get(each, each)).replace(".", f"{tail}.")
        for each in sorted(formats, key=lambda one: one != "pdf")
    }


def rewritten_files(order: PurchaseOrder, formats: Sequence[str]) -> dict[str, bytes]:
    """Return the files of an order as it was kept, X12 apart: an interchange's number is drawn once."""
    wanted = tuple(each for each in formats if each != "x12")
    return {name: _contents(order, ending) for ending, name in _names(order, wanted).items()}


def _as_wanted(settings: Settings, order: PurchaseOrder, way: OrderWay) -> PurchaseOrder:
    try:
        found = find_template(settings, way.template)
    except UnusableTemplateError as error:
        raise UnprintableOrderError(f"{order.po_number}: {error}") from error
    return order if found is None else with_template(order, found[0], logo_svg=found[1])


def _contents(order: PurchaseOrder, ending: str) -> bytes:
    return _CONTENTS[order.kind][ending](order)


def _supplier_file(
    settings: Settings,
    connection: psycopg.Connection,
    message: OutboxMessage,
    way: OrderWay,
    order: PurchaseOrder,
    ending: str,
) -> bytes:
    if ending != "x12":
        return _contents(order, ending)
    if order.kind == "transfer":
        raise UnprintableOrderError(
            f"{order.po_number} is a transfer; `stockroom order-way {order.supplier_id} --as pdf,csv` sends its slip"
        )
    try:
        sender, receiver = Address.read(settings.x12_id), Address.read(way.x12_address)
    except UnwritableError as error:
        raise UnprintableOrderError(
            f"{order.po_number} cannot leave as X12 for {order.supplier_id}: {error}; "
            "STOCKROOM_X12_ID names us, `stockroom order-way --x12-id` the supplier"
        ) from error
    released = order.release.released_date if order.release else order.ordered_date
    return purchase_order_850(
        order,
        sender=sender,
        receiver=receiver,
        control=interchange_number(connection, message.message_key),
        at=datetime(released.year, released.month, released.day, tzinfo=UTC),
    )
