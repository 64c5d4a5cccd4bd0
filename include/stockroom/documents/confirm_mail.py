"""The mail that asks the owner of an address whether they want to be told of a product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from stockroom.documents.mail_message import check_words, mail_bytes, rendered


@dataclass(frozen=True)
class ConfirmMail:
    """Everything that one mail says."""

    message_key: str
    recipient: str = field(repr=False)
    sender_name: str
    sender_address: str
    sent_at: datetime
    title: str
    confirm_url: str = field(repr=False)


def confirm_mail_bytes(mail: ConfirmMail) -> bytes:
    """Return the message as it is sent, text and HTML; the same mail gives the same bytes.

    Raises:
        UnusableMailFieldError: a control character or an encoded word would reach a header, or an address is none.
    """
    check_words("title", mail.title)
    return mail_bytes(
        message_key=mail.message_key,
        recipient=mail.recipient,
        sender_name=mail.sender_name,
        sender_address=mail.sender_address,
        sent_at=mail.sent_at,
        subject=f"Please confirm: tell me about {mail.title}",
        text=rendered("confirm_mail.txt", mail=mail),
        html=rendered("confirm_mail.html", mail=mail),
    )
