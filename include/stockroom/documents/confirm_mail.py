"""The mail that asks the owner of an address whether they want to be told of a product."""

from __future__ import annotations

from dataclasses import dataclass, field

from stockroom.documents.mail_message import MailHead, check_words, mail_bytes, rendered
from stockroom.documents.shopper_language import Language


@dataclass(frozen=True)
class ConfirmMail:
    """Everything that one mail says."""

    head: MailHead
    title: str
    confirm_url: str = field(repr=False)


def confirm_mail_bytes(mail: ConfirmMail, language: Language) -> bytes:
    """Return the message as it is sent, text and HTML; the same mail gives the same bytes.

    Raises:
        UnusableMailFieldError: a control character or an encoded word would reach a header, or an address is none.
    """
    check_words("title", mail.title)
    return mail_bytes(
        mail.head,
        subject=language.say("confirm_mail.subject", title=mail.title),
        text=rendered("confirm_mail.txt", mail=mail, say=language.say),
        html=rendered("confirm_mail.html", mail=mail, language=language, say=language.html),
    )
