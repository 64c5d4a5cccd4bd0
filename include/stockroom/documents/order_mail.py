"""The mail that brings a supplier its order: what is attached, and how a repetition is recognised."""

from __future__ import annotations

from collections.abc import Mapping

from stockroom.documents.locales import LOCALES
from stockroom.documents.mail_message import Attachment, MailHead, check_words, mail_bytes, rendered
from stockroom.documents.purchase_orders import PurchaseOrder

MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "edi": "application/EDI-X12",
}
"""By the ending of a file's name."""


def order_mail_bytes(head: MailHead, order: PurchaseOrder, files: Mapping[str, bytes]) -> bytes:
    """Return the message with the order's files attached; the same order gives the same bytes.

    Raises:
        UnusableMailFieldError: a field would forge a header.
    """
    subject = f"{_kind(order)} {order.po_number} from {order.buyer.name}"
    check_words("company name", subject)
    written = LOCALES[order.locale]
    words = {
        "kind": _kind(order),
        "order": order,
        "files": sorted(files),
        "ordered": written.long_day(order.ordered_date),
        "wanted": written.long_day(order.requested_date) if order.requested_date else "as soon as possible",
        "total": written.money(order.total, order.currency),
        "units": written.count(sum(line.units for line in order.lines)),
    }
    return mail_bytes(
        head,
        subject=subject,
        text=rendered("order_mail.txt", **words),
        html=rendered("order_mail.html", **words),
        attachments=[
            Attachment(name, MEDIA_TYPES[name.rpartition(".")[2]], content) for name, content in sorted(files.items())
        ],
    )


def _kind(order: PurchaseOrder) -> str:
    what = "transfer" if order.kind == "transfer" else "purchase order"
    if order.is_cancelled:
        return f"Cancelled: {what}"
    return f"Amended {what}" if order.replaces else what.capitalize()
