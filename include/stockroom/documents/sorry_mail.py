"""The mail that tells one shopper that a product has not come back, and what could please instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from stockroom.documents.mail_message import MailHead, check_words, mail_bytes, rendered
from stockroom.documents.shopper_language import Language


@dataclass(frozen=True)
class Alternative:
    """A product that can be had now."""

    title: str
    price: str
    url: str
    image_url: str


@dataclass(frozen=True)
class SorryMail:
    """Everything that one mail says. Links are empty where nothing answers there, and are then not printed."""

    head: MailHead
    title: str
    is_discontinued: bool
    alternatives: tuple[Alternative, ...]
    wait_url: str
    unsubscribe_url: str = field(repr=False)


def sorry_mail_bytes(mail: SorryMail, language: Language) -> bytes:
    """Return the message as it is sent, text and HTML; the same mail gives the same bytes.

    Raises:
        UnusableMailFieldError: a control character or an encoded word would reach a header, or an address is none.
    """
    for title in (mail.title, *(one.title for one in mail.alternatives)):
        check_words("title", title)
    return mail_bytes(
        mail.head,
        subject=language.say("sorry_mail.subject", title=mail.title),
        text=rendered("sorry_mail.txt", mail=mail, say=language.say),
        html=rendered("sorry_mail.html", mail=mail, language=language, say=language.html),
        unsubscribe_url=mail.unsubscribe_url,
    )
