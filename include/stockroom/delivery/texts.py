"""Ways for a text message to leave: a folder by default; Amazon SNS or a webhook through an Airflow connection."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from stockroom.delivery.events import webhook_body, webhook_receiver
from stockroom.delivery.folder import write_whole
from stockroom.delivery.providers import FOLDER, WEBHOOK, amazon_answers, amazon_client, connection_of
from stockroom.delivery.webhooks import WebhookMessage, post_webhook


@dataclass(frozen=True)
class TextMessage:
    """One text message."""

    message_key: str
    """32 hexadecimal digits of our own."""
    recipient: str = field(repr=False)
    words: str


def send_text(message: TextMessage, *, sender: str, folder: Path) -> Path | str:
    """Send a message by ``sender``: ``folder``, ``sns:`` or ``webhook:`` and the id of an Airflow connection.

    Returns its file, or the way it went.

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
    kind, connection_id = connection_of(sender, ("sns", WEBHOOK), variable="STOCKROOM_SMS_SENDER")
    if kind == WEBHOOK:
        said = {"words": message.words}
        body = webhook_body("text", medium="phone", recipient=message.recipient, properties=said)
        post_webhook(WebhookMessage(message.message_key, body), receiver=webhook_receiver(connection_id))
        return sender
    with amazon_answers("Amazon SNS"):
        amazon_client("sns", connection_id).publish(
            PhoneNumber=message.recipient,
            Message=message.words,
            MessageAttributes={"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}},
        )
    return sender
