"""One mail as bytes: headers that nothing can be injected into, a text part and an HTML part."""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters, line separators, and what turns the direction of writing, so that one name reads as another."""
_ENCODED_WORD = "=?"
"""Begins an encoded word (RFC 2047): a line break can hide inside it and become a header of its own."""
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class MailHead:
    """Who writes to whom, when, and what the message is called outside."""

    message_key: str
    """32 hexadecimal digits of our own: names the file and the message, tells nothing about the shopper."""
    recipient: str = field(repr=False)
    sender_name: str
    sender_address: str
    sent_at: datetime


class UnusableMailFieldError(ValueError):
    """Something that would reach a mail's header could forge one; the message names the field, never the address."""


def mail_file_name(message_key: str) -> str:
    """Return the file's name, from our own key alone.

    Raises:
        ValueError: not a key of ours.
    """
    if not _KEY.fullmatch(message_key):
        raise ValueError("a message key is 32 hexadecimal digits")
    return f"{message_key}.eml"


def check_words(name: str, value: str) -> None:
    """Return if ``value`` may stand in a header or a text message.

    Raises:
        UnusableMailFieldError: it holds a control character or an encoded word.
    """
    if CONTROL.search(value) or _ENCODED_WORD in value:
        raise UnusableMailFieldError(
            f"{name} {value[:60]!r} holds a control character or an encoded word; correct it in the catalogue"
        )


def mail_bytes(
    head: MailHead,
    *,
    subject: str,
    text: str,
    html: str,
    unsubscribe_url: str = "",
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Return the message as it is sent; the same fields give the same bytes. Check the words in ``subject`` first.

    Raises:
        UnusableMailFieldError: an address is none, or the sender's name could forge a header.
    """
    check_words("sender_name", head.sender_name)
    for name, value in (("recipient", head.recipient), ("sender_address", head.sender_address)):
        if not _ADDRESS.fullmatch(value) or _ENCODED_WORD in value:
            raise UnusableMailFieldError(f"{name} is no plain address; one recipient a message, as name@shop.example")
    file_name = mail_file_name(head.message_key)
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{_quoted(head.sender_name)} <{head.sender_address}>"
    message["To"] = head.recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(head.sent_at)
    message["Message-ID"] = f"<{file_name.removesuffix('.eml')}@{head.sender_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe_url:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    for file in attachments:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    # The library draws its boundaries at random, which would make every rendering another file.
    for depth, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{head.message_key}{'_' * depth}")
    return message.as_bytes()


def rendered(template: str, **words: object) -> str:
    """Return a template of this package with its words; those of an HTML template are escaped."""
    return _templates().get_template(template).render(words)


def _quoted(name: str) -> str:
    """Return a display name that cannot end its own quotes."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def strong(words: str) -> Markup:
    """Return words that stand out in a sentence of an HTML template."""
    return Markup("<strong>{}</strong>").format(words)


def _wrapped(text: str) -> str:
    """Return a paragraph in lines that every mail program shows whole; nothing is cut, a link least of all."""
    return textwrap.fill(text, 85, break_long_words=False, break_on_hyphens=False)


@functools.cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("stockroom.documents"),
        autoescape=select_autoescape(["html"]),  # the text part is read as it is
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["wrapped"] = _wrapped
    templates.globals["strong"] = strong
    return templates
