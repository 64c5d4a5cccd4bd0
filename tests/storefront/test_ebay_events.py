"""What eBay tells is believed if the key that eBay hands out says so; its keys are served on loopback."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.channels.loopback import Asked, Loopback, Says, serve
from tests.storefront.conftest import Shop

from stockroom.channels.ebay import events

EBAYS, STRANGERS = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
TOKEN = "a_verification_token_of_this_test_1234"


def notification(number: int = 1) -> bytes:
    about = {"notificationId": str(number), "publishDate": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}"}
    document = {"metadata": {"topic": "ORDER_CONFIRMATION"}, "notification": {**about, "data": {"user": "ada"}}}
    return json.dumps(document).encode()


def signed(body: bytes, key: ec.EllipticCurvePrivateKey = EBAYS, key_id: str = "known-1") -> dict[str, str]:
    signature = base64.b64encode(key.sign(body, ec.ECDSA(hashes.SHA1()))).decode()  # noqa: S303  # eBay's choice
    said = {"alg": "ecdsa", "kid": key_id, "signature": signature, "digest": "SHA1"}
    return {"X-EBAY-SIGNATURE": base64.b64encode(json.dumps(said).encode()).decode()}


def answer(asked: Asked) -> Says:
    """Return what eBay says: a token for the keyset, and a key in one line for whoever has a token."""
    if asked.path == "/identity/v1/oauth2/token":
        assert b"grant_type=client_credentials" in asked.body
        return Says({"access_token": "v^1.1#app", "expires_in": 7200, "token_type": "Application Access Token"})
    if asked.headers.get("Authorization") != "Bearer v^1.1#app":
        return Says({"errors": []}, status=401)
    if asked.path != "/commerce/notification/v1/public_key/known-1":
        return Says({"errors": [{"errorId": 195001}]}, status=404)
    der = EBAYS.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = f"-----BEGIN PUBLIC KEY-----{base64.b64encode(der).decode()}-----END PUBLIC KEY-----"
    return Says({"algorithm": "ECDSA", "digest": "SHA1", "key": pem})


@pytest.fixture
def ebay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    monkeypatch.setattr(events, "KEYS", events.PublicKeys())
    with serve(answer) as loopback:
        yield loopback


@pytest.fixture
def shop(open_shop: Any, ebay: Loopback) -> Shop:
    values = {"url": ebay.url, "client_id": "app", "client_secret": "cert", "webhook_secret": TOKEN}
    return open_shop(channel_values={f"ebay_{name}": value for name, value in values.items()})


def tell(shop: Shop, body: bytes, headers: dict[str, str]) -> int:
    return shop.client.post("/events/ebay", content=body, headers=headers).status_code


def hints(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.rows("select channel_id, topic from ops.channel_hints")


def asked_for_keys(ebay: Loopback) -> int:
    return sum("public_key" in asked.path for asked in ebay.asked)


def test_what_ebay_signed_is_a_hint_and_its_key_is_asked_for_once(shop: Shop, ebay: Loopback) -> None:
    for number in range(5):
        body = notification(number)
        assert tell(shop, body, signed(body)) == 200
    assert hints(shop) == [("ebay", "ORDER_CONFIRMATION")] * 5
    assert asked_for_keys(ebay) == 1


def test_what_a_stranger_signed_or_nobody_is_refused_and_leaves_nothing(shop: Shop, ebay: Loopback) -> None:
    body = notification()
    genuine = signed(body)["X-EBAY-SIGNATURE"]
    for headers in (
        {"X-Nothing": "x"},
        {"X-EBAY-SIGNATURE": "no base64!"},
        {"X-EBAY-SIGNATURE": base64.b64encode(b"[]").decode()},
        {"X-EBAY-SIGNATURE": genuine[:-8]},
        signed(body, STRANGERS),
        signed(body, key_id="unknown"),
        signed(body, key_id="../../../identity/v1/oauth2/token"),
        signed(body + b" "),
    ):
        assert tell(shop, body, headers) == 401
    assert hints(shop) == []
    assert not any(".." in asked.path for asked in ebay.asked)


def test_made_up_keys_do_not_make_us_ask_without_end_and_keep_no_known_one_out(shop: Shop, ebay: Loopback) -> None:
    body = notification()
    assert tell(shop, body, signed(body)) == 200
    for number in range(30):
        assert tell(shop, body, signed(body, STRANGERS, key_id=f"made-up-{number}")) == 401
    assert asked_for_keys(ebay) == events.ASKED_A_MINUTE
    news = notification(2)
    assert tell(shop, news, signed(news)) == 200


def test_ebay_learns_by_a_challenge_that_the_address_is_ours(shop: Shop) -> None:
    said = shop.client.get("/events/ebay", params={"challenge_code": "a8628072"})
    digest = hashlib.sha256(f"a8628072{TOKEN}http://testserver/events/ebay".encode()).hexdigest()
    assert (said.status_code, said.json()) == (200, {"challengeResponse": digest})
    assert said.headers["content-type"] == "application/json"
    assert shop.client.get("/events/ebay").status_code == 404
    assert shop.client.get("/events/shopify", params={"challenge_code": "a8628072"}).status_code == 404
