"""What Amazon does besides answering: rates, tokens that end, answers that are none."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.channels.amazon_account import DAY, END, HOUR, account, read
from tests.channels.loopback import Asked, Says, serve
from tests.channels.test_amazon_client import KEY, TOKEN_PATH, settings_of

from stockroom.channels.amazon.client import connect
from stockroom.channels.amazon.streams import FBA_INVENTORY, ORDERS
from stockroom.channels.channel import ChannelError, RefusedConnectionError, UnavailableChannelError

FBA_PATH = "/fba/inventory/v1/summaries"
NOTHING = {"payload": {"granularity": {}, "inventorySummaries": []}}

# -- rates ---------------------------------------------------------------------------------------------------------


def test_a_published_rate_is_kept_before_it_is_exceeded() -> None:
    sleeps: list[float] = []
    with (
        serve(account(lambda _: Says(NOTHING), rate="")) as loopback,
        connect(settings_of(loopback.url), sleep=sleeps.append) as reader,
    ):
        for _ in range(2):
            list(reader.records(FBA_INVENTORY, start=None, end=END))
        assert sleeps == [], "two may come at once"
        list(reader.records(FBA_INVENTORY, start=None, end=END))
    assert 0.3 < sleeps[0] < 0.55, "and two a second afterwards"


def test_a_rate_that_an_answer_states_takes_the_place_of_the_published_one() -> None:
    sleeps: list[float] = []
    with (
        serve(account(lambda _: Says(NOTHING), rate="100.0")) as loopback,
        connect(settings_of(loopback.url), sleep=sleeps.append) as reader,
    ):
        for _ in range(20):
            list(reader.records(FBA_INVENTORY, start=None, end=END))
    assert sleeps == []


def test_a_refusal_waits_until_one_request_has_come_back() -> None:
    """Another process used the bucket up: ours is full and means nothing."""
    says = [Says({"errors": [{"code": "QuotaExceeded", "message": "Slow down"}]}, 429)]
    sleeps: list[float] = []
    with serve(account(lambda _: says.pop() if says else Says({"orders": []}), rate="")) as loopback:
        assert read(loopback.url, ORDERS, sleeps=sleeps) == []
    assert 178 < max(sleeps) < 179, "0.0056 a second"


# -- tokens --------------------------------------------------------------------------------------------------------


def test_a_token_that_has_ended_is_renewed_once_and_the_request_sent_again() -> None:
    tokens = ["Atza|two", "Atza|one"]

    def answer(asked: Asked) -> Says:
        if asked.path == TOKEN_PATH:
            return Says({"access_token": tokens.pop(), "expires_in": 3600})
        if asked.headers["x-amz-access-token"] == "Atza|two":
            return Says(NOTHING)
        return Says({"errors": [{"code": "Unauthorized", "message": "The access token has expired."}]}, 403)

    with serve(answer) as loopback:
        assert read(loopback.url, FBA_INVENTORY) == []
        assert [asked.path for asked in loopback.asked] == [TOKEN_PATH, FBA_PATH, TOKEN_PATH, FBA_PATH]
        form = parse_qs(loopback.asked[0].body.decode())
    assert form == {
        "grant_type": ["refresh_token"],
        "client_id": ["amzn1.application-oa2-client.sample"],
        "refresh_token": [KEY],
        "client_secret": [KEY],
    }


@pytest.mark.parametrize(("status", "path"), [(400, TOKEN_PATH), (401, TOKEN_PATH), (403, FBA_PATH)])
def test_what_stays_refused_is_said_with_its_mend_and_without_a_secret(status: int, path: str) -> None:
    def answer(asked: Asked) -> Says:
        if asked.path == path:
            return Says({"error": "invalid_grant", "error_description": f"Not granted: {KEY}"}, status)
        return Says({"access_token": "Atza|one", "expires_in": 3600})

    with (
        serve(answer) as loopback,
        pytest.raises(RefusedConnectionError, match="STOCKROOM_AMAZON_REFRESH_TOKEN") as caught,
    ):
        read(loopback.url, FBA_INVENTORY)
    assert KEY not in str(caught.value)
    assert "Atza" not in str(caught.value)


def test_a_token_is_never_shown_to_another_host() -> None:
    def own(token: str) -> Callable[[Asked], Says]:
        def answer(asked: Asked) -> Says:
            if asked.path == TOKEN_PATH:
                return Says({"access_token": token, "expires_in": 3600})
            assert asked.headers["x-amz-access-token"] == token
            return Says(NOTHING)

        return answer

    with serve(own("Atza|here")) as here, serve(own("Atza|there")) as there:
        for loopback in (here, there, here):
            assert read(loopback.url, FBA_INVENTORY) == []


def test_a_busy_token_host_is_asked_again() -> None:
    says = [Says({"access_token": "Atza|one", "expires_in": 3600}), Says({}, 503), Says({}, 429)]
    with serve(lambda asked: says.pop() if asked.path == TOKEN_PATH else Says(NOTHING)) as loopback:
        assert read(loopback.url, FBA_INVENTORY) == []
    assert says == []


def test_the_token_host_is_reached_over_tls_and_only_where_its_authority_is_trusted(tmp_path: Path) -> None:
    authority, context = _authority_and_server(tmp_path)
    with serve(account(lambda _: Says(NOTHING)), tls=context) as login, serve(lambda _: Says(NOTHING)) as loopback:
        settings = settings_of(loopback.url, amazon_token_url=f"{login.url}{TOKEN_PATH}")
        trust = ssl.create_default_context(cafile=str(authority))
        with connect(settings, trust=trust) as reader:
            assert list(reader.records(FBA_INVENTORY, start=END - HOUR, end=END)) == []
        assert len(login.asked) == 1
        assert loopback.asked[0].headers["x-amz-access-token"] == "Atza|one"
        with (
            connect(settings_of(loopback.url, amazon_token_url=f"{login.url}/another"), sleep=lambda _: None) as reader,
            pytest.raises(UnavailableChannelError, match="certificate verify failed"),
        ):
            list(reader.records(FBA_INVENTORY, start=END - HOUR, end=END))
        assert len(login.asked) == 1, "nobody who is not trusted is told a secret"


def _authority_and_server(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a test authority and a server's certificate of it; return the authority's file and the server's context."""
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("authority", "server")}
    names = {name: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"test {name}")]) for name in keys}
    now = dt.datetime.now(UTC)

    def certificate(name: str, extension: x509.ExtensionType) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(names[name]).issuer_name(names["authority"])
        builder = builder.public_key(keys[name].public_key()).serial_number(x509.random_serial_number())
        builder = (
            builder.not_valid_before(now - DAY).not_valid_after(now + DAY).add_extension(extension, critical=False)
        )
        return builder.sign(keys["authority"], hashes.SHA256())

    made = {
        "authority": certificate("authority", x509.BasicConstraints(ca=True, path_length=None)),
        "server": certificate(
            "server", x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        ),
    }
    for name, each in made.items():
        (folder / f"{name}.pem").write_bytes(each.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        keys["server"].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return folder / "authority.pem", context


# -- answers that are none -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Says(content=b"<html>busy</html>"), "not JSON"),
        (Says({}), "without its records"),
        (Says({"errors": [{"code": "InternalFailure", "message": "We are sorry."}]}), "InternalFailure: We are sorry."),
        (Says({"errors": [{"code": "InvalidInput", "message": "No such marketplace."}]}, 400), "No such marketplace"),
    ],
)
def test_what_is_no_answer_is_never_taken_for_an_empty_one(answer: Says, said: str) -> None:
    with serve(account(lambda _: answer)) as loopback, pytest.raises(ChannelError, match=said):
        read(loopback.url, ORDERS)


def test_a_page_that_comes_again_is_asked_for_again() -> None:
    pages = {
        None: {"orders": [_order("1")], "pagination": {"nextToken": "b"}},
        "b": {"orders": [_order("2")]},
    }
    repeats = [True]

    def answer(asked: Asked) -> Says:
        token = asked.query.get("paginationToken")
        return Says(pages[None]) if token and repeats and repeats.pop() else Says(pages[token])

    with serve(account(answer)) as loopback:
        assert [order["orderId"] for order in read(loopback.url, ORDERS)] == ["1", "2"]
        wanted = {name: value for name, value in loopback.asked[-1].query.items() if name != "paginationToken"}
        first = next(asked for asked in loopback.asked if asked.path != TOKEN_PATH)
    assert wanted == first.query, "a further page is asked for with the same words"


def _order(order_id: str) -> dict[str, Any]:
    return {"orderId": order_id, "lastUpdatedTime": "2011-06-30T11:30:00Z", "orderItems": []}


def test_a_discount_is_as_large_however_it_is_signed() -> None:
    for sign in ("", "-"):
        breakdowns = [
            {"type": "ITEM", "subtotal": {"amount": "10.00"}},
            {"type": "DISCOUNT", "subtotal": {"amount": f"{sign}2.00"}},
            {"type": "DISCOUNT", "subtotal": {"amount": f"{sign}0.50"}},
        ]
        item = {"orderItemId": "1", "quantityOrdered": 4, "proceeds": {"breakdowns": breakdowns}}
        with serve(account(lambda _, item=item: Says({"orders": [{**_order("1"), "orderItems": [item]}]}))) as loopback:
            ((order,),) = [read(loopback.url, ORDERS)]
        assert order["orderItems"][0]["discount"] == "2.50"


# -- what lies at Amazon -------------------------------------------------------------------------------------------


def test_what_lies_at_amazon_comes_page_by_page_and_afterwards_only_what_changed() -> None:
    levels = [{"sellerSku": name, "fnSku": f"X-{name}", "totalQuantity": 5} for name in "ABC"]

    def answer(asked: Asked) -> Says:
        place = int(asked.query.get("nextToken", 0))
        page: dict[str, Any] = {"payload": {"inventorySummaries": levels[place : place + 2]}}
        return Says({**page, "pagination": {"nextToken": "2"}} if place == 0 else page)

    with serve(account(answer)) as loopback:
        assert [each["sellerSku"] for each in read(loopback.url, FBA_INVENTORY, None)] == ["A", "B", "C"]
        read(loopback.url, FBA_INVENTORY)
        asked = [each.query for each in loopback.asked if each.path == FBA_PATH]
    assert "startDateTime" not in asked[0]
    assert [each["startDateTime"] for each in asked[2:]] == ["2011-06-30T11:00:00Z"] * 2, "on every page of it"
    assert {each["details"] for each in asked} == {"true"}
