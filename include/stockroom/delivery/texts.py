"""Ways for a text message to leave: a folder by default, Amazon SNS through an Airflow connection."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from stockroom.delivery.folder import write_whole
from stockroom.delivery.providers import FOLDER, amazon_answers, amazon_client, connection_of


@dataclass(frozen=True)
class TextMessage:
    """One text message."""

    message_key: str
    """32 hexadecimal digits of our own."""
    recipient: str = field(repr=False)
    words: str


def send_text(message: TextMessage, *, sender: str, folder: Path) -> Path | str:
    """Send a message by ``sender``: ``folder``, or ``sns:<Airflow connection>``. Return its file, or the way it went.

    Raises:
        UnsentError: the provider refused it.
        UnreachableProviderError: it was not reached.
        UnsureError: it was reached and did not answer.
        SettingsError: there is no such sender.
    """
    if sender == FOLDER:
        path = folder / f"{message.message_key}.json"
        content = {"to": message.recipient, "words": message.words}
        write_whole(path, json.dumps(content, ensure_ascii=False).encode() + b"\n", mode=0o600)
        return path
    _, connection_id = connection_of(sender, ("sns",), variable="STOCKROOM_SMS_SENDER")
    with amazon_answers("Amazon SNS"):
        amazon_client("sns", connection_id).publish(
            PhoneNumber=message.recipient,
            Message=message.words,
            MessageAttributes={"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}},
        )
    return sender
