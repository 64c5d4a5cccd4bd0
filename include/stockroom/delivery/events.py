"""Ways for what happened to reach a program that writes the message itself: a mail service, or a webhook."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import httpx
import orjson

from stockroom.delivery.event_services import SERVICES, EventService, Keys, ShopperEvent
from stockroom.delivery.providers import WEBHOOK, UnreachableProviderError, UnsentError, tls_only
from stockroom.delivery.webhooks import Receiver, WebhookMessage, open_client, post_webhook, until_answered

KINDS = (*SERVICES, WEBHOOK)
REFUSED_KEYS = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


class EventWay(Protocol):
    """An open way for events."""

    def send(self, event: ShopperEvent) -> str:
        """Hand one event over; return the way it went.

        Raises:
            UnsentError: it was refused.
            UnreachableProviderError: nobody was there who could take it, or our key is not theirs.
            UnsureError: it was handed over, and nobody knows whether it was taken.
        """


def takes_events(sender: str) -> bool:
    """Return whether a sender is told what happened instead of being given the message.

    >>> takes_events("klaviyo:shop"), takes_events("webhook:hooks"), takes_events("smtp:mails")
    (True, True, False)
    """
    return sender.partition(":")[0] in KINDS


@contextmanager
def open_event_way(sender: str) -> Iterator[EventWay]:
    """Open the way of ``<service>:<Airflow connection>`` or ``webhook:<Airflow connection>``.

    Nothing is connected, and no connection is read, before the first event.
    """
    kind, _, connection_id = sender.partition(":")
    if kind == WEBHOOK:
        yield _Hook(sender, connection_id)
        return
    with open_client() as client:
        yield _Service(sender, SERVICES[kind], connection_id, client)


def read_keys(connection_id: str) -> Keys:
    """Return what an Airflow connection of type HTTP says."""
    from airflow.sdk import BaseHook  # heavy, and needed only where events leave

    connection = BaseHook.get_connection(connection_id)
    host, port = str(connection.host or ""), connection.port
    if host and "://" not in host:
        host = f"{connection.schema or 'https'}://{host}"
    url = str(httpx.URL(host).copy_with(port=int(port))) if host and port else host
    return Keys(str(connection.password or ""), str(connection.login or ""), url)


def webhook_body(event: str, *, medium: str, recipient: str, properties: object, **more: str) -> bytes:
    """Return what a webhook of ours is told about one shopper.

    >>> webhook_body("text", medium="phone", recipient="+44", properties={"words": "hi"})
    b'{"event":"text","recipient":{"phone":"+44"},"properties":{"words":"hi"}}'
    """
    return orjson.dumps({"event": event, **more, "recipient": {medium: recipient}, "properties": properties})


@dataclass
class _Hook:
    """A program of the shop's own. It may get the same event twice, under the same number."""

    name: str
    connection_id: str

    @cached_property
    def _receiver(self) -> Receiver:
        return webhook_receiver(self.connection_id)

    def send(self, event: ShopperEvent) -> str:
        """Post the event, signed."""
        body = webhook_body(
            event.name,
            medium="email",
            recipient=event.recipient,
            properties=event.properties,
            occurred_at=event.occurred_at.isoformat(),
        )
        post_webhook(WebhookMessage(event.message_key, body), receiver=self._receiver)
        return self.name


def webhook_receiver(connection_id: str) -> Receiver:
    """Return the receiver of an Airflow connection: its host is the address, its password the secret."""
    keys = read_keys(connection_id)
    return Receiver(f"{WEBHOOK}:{connection_id}", keys.url, keys.secret, f"the password of connection {connection_id}")


@dataclass
class _Service:
    """One mail service, asked as evenly as it takes events."""

    name: str
    service: EventService
    connection_id: str
    client: httpx.Client = field(repr=False)
    _next: float = 0.0

    @cached_property
    def _keys(self) -> Keys:
        keys = read_keys(self.connection_id)
        if not keys.secret or (self.service.needs_account and not keys.account):
            lacks = "a login, the account's id" if keys.secret else "a password, the key"
            raise UnreachableProviderError(f"{self.name}: connection {self.connection_id} lacks {lacks}")
        return keys

    def send(self, event: ShopperEvent) -> str:
        """Tell the service."""
        service, keys = self.service, self._keys
        url = httpx.URL(service.url.format(account=keys.account))
        if keys.url:
            other = httpx.URL(tls_only(keys.url, self.name))
            url = url.copy_with(scheme=other.scheme, host=other.host, port=other.port)
        body = service.body(event, keys)
        given = {"data": body} if service.is_form else {"content": orjson.dumps(body)}

        def post() -> httpx.Response:
            self._take_turn()
            return self.client.post(url, headers=service.headers(keys), **given)

        answer = until_answered(post, name=self.name, knows_repeats=service.knows_repeats)
        if answer.status_code in REFUSED_KEYS:
            raise UnreachableProviderError(f"{self.name} does not know our key: it answered {answer.status_code}")
        if answer.status_code != service.taken or not service.says_yes(_document(answer)):
            raise UnsentError(f"{self.name} refused it: it answered {answer.status_code}")
        return self.name

    def _take_turn(self) -> None:
        """Wait until the service takes another event."""
        now = time.monotonic()
        if self._next > now:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + 60.0 / self.service.events_a_minute


def _document(answer: httpx.Response) -> object:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
