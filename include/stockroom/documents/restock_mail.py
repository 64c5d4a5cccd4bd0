"""The mail that tells one shopper that a product is back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from stockroom.documents import formats
from stockroom.documents.mail_message import UnusableMailFieldError, check_words, mail_bytes, mail_file_name, rendered

__all__ = ["RestockMail", "UnusableMailFieldError", "restock_mail_bytes", "restock_mail_file_name"]

restock_mail_file_name = mail_file_name


@dataclass(frozen=True)
class RestockMail:
    """Everything that one mail says. Links are empty where nothing answers there, and are then not printed."""

    message_key: str
    """32 hexadecimal digits of our own: names the file and the message, tells nothing about the shopper."""
    recipient: str = field(repr=False)
    sender_name: str
    sender_address: str
    sent_at: datetime
    title: str
    price: Decimal
    currency: str
    image_url: str
    product_url: str
    cart_url: str
    unsubscribe_url: str = field(repr=False)


def restock_mail_bytes(mail: RestockMail) -> bytes:
    """Return the message as it is sent, text and HTML; the same mail gives the same bytes.

    Raises:
        UnusableMailFieldError: a control character or an encoded word would reach a header, or an address is none.
    """
    check_words("title", mail.title)
    words = {"mail": mail, "price": formats.money(mail.price, mail.currency)}
    return mail_bytes(
        message_key=mail.message_key,
        recipient=mail.recipient,
        sender_name=mail.sender_name,
        sender_address=mail.sender_address,
        sent_at=mail.sent_at,
        subject=f"Back in stock: {mail.title}",
        text=rendered("restock_mail.txt", **words),
        html=rendered("restock_mail.html", **words),
        unsubscribe_url=mail.unsubscribe_url,
    )
