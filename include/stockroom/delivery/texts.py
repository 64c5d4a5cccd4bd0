"""Ways for a text message to leave: a folder by default, Amazon SNS through an Airflow connection."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from stockroom.delivery.folder import write_whole

SNS = "sns"


class UnsentTextError(RuntimeError):
    """The provider did not take a message; the text says why, never to whom."""


class UnsureTextError(RuntimeError):
    """The provider did not answer in time: it may have taken the message."""


@dataclass(frozen=True)
class TextMessage:
    """One text message."""

    message_key: str
    """32 hexadecimal digits of our own."""
    recipient: str = field(repr=False)
    words: str


def leaves_once(sender: str) -> bool:
    """Return whether sending the same message again is the same message: so in a folder, and nowhere else."""
    return not sender.startswith(SNS)


def send_text(message: TextMessage, *, sender: str, folder: Path) -> Path | None:
    """Send a message by ``sender``: ``folder``, or ``sns:<Airflow connection>``. Return the file, if it became one.

    Raises:
        UnsentTextError: the provider refused it or could not be reached.
        UnsureTextError: it was reached and did not answer.
        ValueError: there is no such sender.
    """
    if sender == "folder":
        path = folder / f"{message.message_key}.json"
        content = {"to": message.recipient, "words": message.words}
        write_whole(path, json.dumps(content, ensure_ascii=False).encode() + b"\n", mode=0o600)
        return path
    kind, _, connection_id = sender.partition(":")
    if kind != SNS or not connection_id:
        raise ValueError(f"STOCKROOM_SMS_SENDER={sender!r}: give `folder`, or `sns:` and the id of a connection")
    _publish(message, connection_id)
    return None


def _publish(message: TextMessage, connection_id: str) -> None:
    # Heavy, and needed only where texts really leave.
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
    from botocore.config import Config  # type: ignore[import-untyped]  # it has no types
    from botocore.exceptions import (  # type: ignore[import-untyped]  # as above
        BotoCoreError,
        ClientError,
        ConnectionClosedError,
        ReadTimeoutError,
    )

    # The client's own second try could be a second message.
    once = Config(retries={"max_attempts": 0}, connect_timeout=10, read_timeout=30)
    try:
        AwsBaseHook(aws_conn_id=connection_id, client_type="sns", config=once).get_conn().publish(
            PhoneNumber=message.recipient,
            Message=message.words,
            MessageAttributes={"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}},
        )
    except ClientError as error:
        raise UnsentTextError(f"Amazon SNS refused it: {error.response['Error'].get('Code', 'no code')}") from error
    except (ReadTimeoutError, ConnectionClosedError) as error:
        raise UnsureTextError("Amazon SNS did not answer") from error
    except BotoCoreError as error:
        raise UnsentTextError(f"Amazon SNS cannot be reached: {type(error).__name__}") from error
