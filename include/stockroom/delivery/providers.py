"""Who takes messages from us, and what can be known of a message that was handed over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from stockroom.delivery.event_services import SERVICES
from stockroom.settings import SettingsError

FOLDER = "folder"
"""The sender that writes files: the same message twice is one file."""
WEBHOOK = "webhook"
"""The sender that posts to a program of the shop's own, which knows a number that it has seen."""
_KNOW_REPEATS = (FOLDER, WEBHOOK, *(service.name for service in SERVICES.values() if service.knows_repeats))
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class UnsentError(RuntimeError):
    """A provider did not take a message; the text says why, never to whom."""


class NoSuchRecipientError(UnsentError):
    """A provider will never take a message for this recipient: there is none of that name."""


class UnreachableProviderError(RuntimeError):
    """A provider was not reached at all: what waits for it need not be tried message by message."""


class UnsureError(RuntimeError):
    """A provider did not answer in time: it may have taken the message."""


def sending_twice_is_once(sender: str) -> bool:
    """Return whether sending the same message again is the same message: in a folder, and where its number is known.

    >>> sending_twice_is_once("folder"), sending_twice_is_once("klaviyo:shop"), sending_twice_is_once("smtp:mails")
    (True, True, False)
    """
    return sender.partition(":")[0] in _KNOW_REPEATS


def tls_only(url: str, name: str) -> str:
    """Return an address to which keys and addresses may travel: over TLS, or within this machine and its own network.

    >>> tls_only("https://hooks.example/stock", "webhook:hooks")
    'https://hooks.example/stock'

    Raises:
        SettingsError: it is no address, or would send them in the clear.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()
    is_near = parsed.host in _LOOPBACK or (parsed.host.isascii() and not set(parsed.host) & {".", ":"})
    if not parsed.host or (parsed.scheme != "https" and not (parsed.scheme == "http" and is_near)):
        raise SettingsError(f"{name}: {url!r} is no address that may be written to; give one with https://")
    return url


def connection_of(sender: str, kinds: tuple[str, ...], *, variable: str) -> tuple[str, str]:
    """Return the kind of a sender such as ``smtp:shop_mail``, and the id of its Airflow connection.

    Raises:
        SettingsError: there is no such sender; the message names the variable that says so.
    """
    kind, _, connection_id = sender.partition(":")
    if kind not in kinds or not connection_id:
        known = ", ".join(f"`{name}:` and the id of a connection" for name in kinds)
        raise SettingsError(f"{variable}={sender!r}: give `{FOLDER}`, or {known}")
    return kind, connection_id


def amazon_client(service: str, connection_id: str) -> Any:  # noqa: ANN401  # botocore makes its clients at run time
    """Return a client of one of Amazon's services through an Airflow connection."""
    # Heavy, and needed only where messages really leave.
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
    from botocore.config import Config

    # The client's own second try could be a second message.
    once = Config(retries={"max_attempts": 0}, connect_timeout=10, read_timeout=30)
    return AwsBaseHook(aws_conn_id=connection_id, client_type=service, config=once).get_conn()


@contextmanager
def amazon_answers(name: str) -> Iterator[None]:
    """Tell a message that Amazon refused from one of which nobody knows.

    Raises:
        UnsentError: it was refused.
        UnreachableProviderError: Amazon was not reached.
        UnsureError: Amazon was reached and did not answer.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionClosedError,
        ReadTimeoutError,
    )

    try:
        yield
    except ClientError as error:
        raise UnsentError(f"{name} refused it: {error.response['Error'].get('Code', 'no code')}") from error
    except (ReadTimeoutError, ConnectionClosedError) as error:
        raise UnsureError(f"{name} did not answer") from error
    except BotoCoreError as error:
        raise UnreachableProviderError(f"{name} cannot be reached: {type(error).__name__}") from error
