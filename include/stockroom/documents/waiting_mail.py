"""The mail that tells those who answer for orders which ones wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockroom.documents.mail_message import MailHead, check_words, mail_bytes, rendered


@dataclass(frozen=True)
class WaitingLine:
    """One order that waits."""

    po_number: str
    version: int
    supplier_name: str
    value: str
    why: str


def waiting_mail_bytes(head: MailHead, orders: Sequence[WaitingLine]) -> bytes:
    """Return the message; the same orders give the same bytes.

    Raises:
        UnusableMailFieldError: a field would forge a header.
    """
    subject = "1 purchase order waits" if len(orders) == 1 else f"{len(orders):,} purchase orders wait"
    check_words("subject", subject)
    words = {"subject": subject, "orders": orders, "sender_name": head.sender_name}
    return mail_bytes(
        head,
        subject=f"{subject} for an answer",
        text=rendered("waiting_mail.txt", **words),
        html=rendered("waiting_mail.html", **words),
    )
