"""The mail that tells one shopper that a product is back."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from stockroom.documents.mail_message import MailHead, check_words, mail_bytes, rendered
from stockroom.documents.shopper_language import Language


@dataclass(frozen=True)
class RestockMail:
    """Everything that one mail says. Links are empty where nothing answers there, and are then not printed."""

    head: MailHead
    title: str
    price: Decimal
    currency: str
    image_url: str
    product_url: str
    cart_url: str
    unsubscribe_url: str = field(repr=False)


def restock_mail_bytes(mail: RestockMail, language: Language) -> bytes:
    """Return the message as it is sent, text and HTML; the same mail gives the same bytes.

    Raises:
        UnusableMailFieldError: a control character or an encoded word would reach a header, or an address is none.
    """
    check_words("title", mail.title)
    words = {"mail": mail, "price": language.money(mail.price, mail.currency)}
    return mail_bytes(
        mail.head,
        subject=language.say("restock_mail.subject", title=mail.title),
        text=rendered("restock_mail.txt", **words, say=language.say),
        html=rendered("restock_mail.html", **words, language=language, say=language.html),
        unsubscribe_url=mail.unsubscribe_url,
    )
