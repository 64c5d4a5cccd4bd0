"""What eBay says by itself: notifications, signed with a key of eBay's whose public half eBay hands out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import threading
import time
from collections import deque
from collections.abc import Callable

import httpx
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from stockroom.channels.hints import Delivery, Document, Told, Webhook, part_of, read_object, time_in
from stockroom.channels.http import https_only
from stockroom.channels.oauth import RefreshedToken
from stockroom.settings import Settings

HEADER = "x-ebay-signature"
SCOPE = "https://api.ebay.com/oauth/api_scope"
KEY_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
KEPT_SECONDS = 3600.0
"""eBay's own advice; each key costs one request."""
MOST_KEYS = 32
ASKED_A_MINUTE = 10
"""Whoever makes ids of keys up must not make us ask eBay without end."""
TIMEOUT_SECONDS = 5.0


class PublicKeys:
    """eBay's public keys by their ids, each asked for once an hour."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[tuple[str, str], tuple[ec.EllipticCurvePublicKey, float]] = {}
        self._asked: deque[float] = deque(maxlen=ASKED_A_MINUTE)
        self._lock = threading.Lock()

    def get(self, key_id: str, settings: Settings) -> ec.EllipticCurvePublicKey | None:
        """Return a key; none where eBay has none of this id, or was asked too often.

        Raises:
            httpx.HTTPError: eBay does not answer; whoever sent what is to be checked sends it again.
        """
        url = https_only(settings.value("ebay_url"), "eBay")
        with self._lock:
            key, until = self._known.get((url, key_id), (None, 0.0))
            now = self._monotonic()
            if key is not None and now < until:
                return key
            if len(self._asked) == ASKED_A_MINUTE and now - self._asked[0] < 60:
                return None
            self._asked.append(now)
            key = _ask(url, key_id, settings)
            if key is not None:
                if len(self._known) >= MOST_KEYS:
                    self._known.clear()
                self._known[url, key_id] = (key, now + KEPT_SECONDS)
            return key


KEYS = PublicKeys()


def is_genuine(delivery: Delivery, settings: Settings) -> bool:
    """Return whether eBay signed the body: ECDSA over its SHA-1, with the key that the header names."""
    try:
        said = read_object(base64.b64decode(delivery.headers.get(HEADER, ""), validate=True))
        signature = base64.b64decode(str(said.get("signature", "")), validate=True)
    except (binascii.Error, ValueError):
        return False
    key_id = str(said.get("kid", ""))
    if not signature or not KEY_ID.fullmatch(key_id):
        return False
    key = KEYS.get(key_id, settings)
    if key is None:
        return False
    try:
        key.verify(signature, delivery.body, ec.ECDSA(hashes.SHA1()))  # noqa: S303  # eBay's choice
    except InvalidSignature:
        return False
    return True


def read(delivery: Delivery) -> Told:
    """Return what a notification says."""
    document = delivery.document()
    topic = str(part_of(document, "metadata").get("topic", ""))
    return Told(topic, time_in(part_of(document, "notification"), "publishDate", "eventDate"))


def answer_challenge(code: str, address: str, settings: Settings) -> Document:
    """Return what only somebody can say who knows the verification token, and is reached at ``address``."""
    said = code + settings.value("ebay_webhook_secret") + address
    return {"challengeResponse": hashlib.sha256(said.encode()).hexdigest()}


WEBHOOK = Webhook(
    secret="webhook_secret",  # noqa: S106  # the name of a field
    is_genuine=is_genuine,
    read=read,
    answer_challenge=answer_challenge,
)
"""https://developer.ebay.com/api-docs/commerce/notification/overview.html"""


def _ask(url: str, key_id: str, settings: Settings) -> ec.EllipticCurvePublicKey | None:
    token = RefreshedToken(
        f"{url}/identity/v1/oauth2/token",
        {"grant_type": "client_credentials", "scope": SCOPE},
        client=(settings.value("ebay_client_id"), settings.value("ebay_client_secret")),
    )
    with httpx.Client(auth=token, timeout=TIMEOUT_SECONDS, follow_redirects=False) as http:
        answer = http.get(f"{url}/commerce/notification/v1/public_key/{key_id}")
    if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND):
        return None
    answer.raise_for_status()
    pem = str(read_object(answer.content).get("key", ""))
    text = re.sub(r"-----[A-Z ]+-----|\s", "", pem)  # eBay writes it in one line, which no reader of PEM takes
    try:
        key = load_der_public_key(base64.b64decode(text))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None
