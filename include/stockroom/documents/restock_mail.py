"""The mail that tells one shopper that a product is back."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from stockroom.documents import formats

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters, line separators, and what turns the direction of writing, so that one name reads as another."""
_ENCODED_WORD = "=?"
"""Begins an encoded word (RFC 2047): a line break can hide inside it and become a header of its own."""
_KEY = re.compile(r"[0-9a-f]{32}")


class UnusableMailFieldError(ValueError):
    """Something that would reach a mail's header could forge one; the message names the field, never the address."""


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


def restock_mail_file_name(message_key: str) -> str:
    """Return the file's name, from our own key alone.

    Raises:
        ValueError: not a key of ours.
    """
    if not _KEY.fullmatch(message_key):
        raise ValueError("a message key is 32 hexadecimal digits")
    return f"{message_key}.eml"


def restock_mail_bytes(mail: RestockMail) -> bytes:
    """Return the message as it is sent, text and HTML; the same mail gives the same bytes.

    Raises:
        UnusableMailFieldError: a control character or an encoded word would reach a header, or an address is none.
    """
    for name, value in (("title", mail.title), ("sender_name", mail.sender_name)):
        if _CONTROL.search(value) or _ENCODED_WORD in value:
            raise UnusableMailFieldError(
                f"{name} {value[:60]!r} holds a control character or an encoded word; correct it in the catalogue"
            )
    for name, value in (("recipient", mail.recipient), ("sender_address", mail.sender_address)):
        if not _ADDRESS.fullmatch(value) or _ENCODED_WORD in value:
            raise UnusableMailFieldError(f"{name} is no plain address; one recipient a message, as name@shop.example")
    file_name = restock_mail_file_name(mail.message_key)
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{_quoted(mail.sender_name)} <{mail.sender_address}>"
    message["To"] = mail.recipient
    message["Subject"] = f"Back in stock: {mail.title}"
    message["Date"] = format_datetime(mail.sent_at)
    message["Message-ID"] = f"<{file_name.removesuffix('.eml')}@{mail.sender_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    words = {"mail": mail, "price": formats.money(mail.price, mail.currency)}
    message.set_content(_templates().get_template("restock_mail.txt").render(words))
    message.add_alternative(_templates().get_template("restock_mail.html").render(words), subtype="html")
    # The library draws its boundary at random, which would make every rendering another file.
    message.set_boundary(f"=_{mail.message_key}")
    return message.as_bytes()


def _quoted(name: str) -> str:
    """Return a display name that cannot end its own quotes."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("stockroom.documents"),
        autoescape=select_autoescape(["html"]),  # the text part is read as it is
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
