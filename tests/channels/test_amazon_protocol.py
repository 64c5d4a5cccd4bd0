"""What Amazon does besides answering: rates, tokens that end, reports that fail, figures that show late."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import json
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.channels.loopback import Asked, Loopback, Says, serve
from tests.channels.test_amazon_client import KEY, TOKEN_PATH, settings_of

from stockroom.channels.amazon.client import connect
from stockroom.channels.amazon.push import open_writer
from stockroom.channels.amazon.report_rows import orders_of
from stockroom.channels.amazon.streams import FBA_INVENTORY, LISTINGS, ORDERS
from stockroom.channels.channel import ChannelError, Listing, RefusedConnectionError, UnavailableChannelError
from stockroom.channels.push import Availability, push

END = datetime(2011, 6, 30, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FBA_PATH = "/fba/inventory/v1/summaries"
NOTHING = {"payload": {"granularity": {}, "inventorySummaries": []}}
ORDER_HEADER = (
    "amazon-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\tsales-channel\tproduct-name\t"
    "sku\tasin\titem-status\tquantity\tcurrency\titem-price\titem-promotion-discount"
)


def account(answer: Callable[[Asked], Says], rate: str = "1000.0") -> Callable[[Asked], Says]:
    """Return an account that lets everybody in and answers all else as ``answer`` does, as often as one likes."""

    def respond(asked: Asked) -> Says:
        if asked.path == TOKEN_PATH:
            return Says({"access_token": "Atza|one", "expires_in": 3600, "token_type": "bearer"})
        says = answer(asked)
        return replace(says, headers={"x-amzn-RateLimit-Limit": rate, **says.headers}) if rate else says

    return respond


def read(url: str, stream: Any, start: datetime | None = END - HOUR, sleeps: list[float] | None = None) -> list[Any]:
    kept = [] if sleeps is None else sleeps
    with connect(settings_of(url), sleep=kept.append) as reader:
        return [json.loads(line) for line in reader.records(stream, start=start, end=END)]


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


# -- reports -------------------------------------------------------------------------------------------------------


class Reporting:
    """An account that makes one kind of report, in the states that it is given."""

    def __init__(self, content: bytes, *states: str, compressed: bool = True, charset: str = "UTF-8") -> None:
        self.content, self.states, self.compressed, self.charset = (
            content,
            list(states) or ["DONE"],
            compressed,
            charset,
        )
        self.ranges: list[tuple[str, str]] = []
        self.expired = 0
        self.url = ""

    def __call__(self, asked: Asked) -> Says:
        if asked.path.endswith("/orders"):
            return Says({"orders": []})
        if asked.method == "POST":
            self.ranges.append((asked.document.get("dataStartTime", ""), asked.document.get("dataEndTime", "")))
            return Says({"reportId": "7"}, 202)
        if asked.path.endswith("/reports/7"):
            state = self.states[0] if len(self.states) == 1 else self.states.pop(0)
            return Says({"reportId": "7", "processingStatus": state, "reportDocumentId": "9"})
        if asked.path.endswith("/documents/9"):
            made = {"reportDocumentId": "9", "url": f"{self.url}/storage/9"}
            return Says({**made, "compressionAlgorithm": "GZIP"} if self.compressed else made)
        if asked.path == "/storage/9" and self.expired:
            self.expired -= 1
            return Says(content=b"<Error><Code>AccessDenied</Code></Error>", status=403)
        if asked.path == "/storage/9":
            assert "x-amz-access-token" not in asked.headers
            return Says(content=self.content, headers={"Content-Type": f"text/plain; charset={self.charset}"})
        return Says({"items": [], "numberOfResults": 0})

    def read(self, stream: Any, start: datetime | None, sleeps: list[float] | None = None) -> list[Any]:
        with serve(account(self)) as loopback:
            self.url = loopback.url
            return read(loopback.url, stream, start, sleeps)


def order_row(order_id: str, sku: str, units: int = 1, **fields: str) -> str:
    given = {
        "amazon-order-id": order_id,
        "purchase-date": "2011-06-01T10:00:00+00:00",
        "last-updated-date": "2011-06-02T10:00:00+00:00",
        "order-status": "Shipped",
        "fulfillment-channel": "Merchant",
        "sales-channel": "Amazon.co.uk",
        "sku": sku,
        "asin": "B01",
        "item-status": "Shipped",
        "quantity": str(units),
        "currency": "GBP",
        "item-price": f"{2.5 * units:.2f}",
        **fields,
    }
    return "\t".join(given.get(name, "") for name in ORDER_HEADER.split("\t"))


def report(*rows: str) -> bytes:
    return "\n".join([ORDER_HEADER, *rows, ""]).encode()


def test_a_long_window_is_read_from_reports_of_thirty_days_and_its_last_day_is_searched() -> None:
    reporting = Reporting(gzip.compress(report(order_row("1", "A"))), "IN_QUEUE", "IN_PROGRESS", "DONE")
    sleeps: list[float] = []
    orders = reporting.read(ORDERS, END - 41 * DAY, sleeps)
    assert reporting.ranges == [
        ("2011-05-20T12:00:00Z", "2011-06-19T12:00:00Z"),
        ("2011-06-19T12:00:00Z", "2011-06-29T12:00:00Z"),
    ]
    assert [order["orderId"] for order in orders] == ["1", "1"], "one of each report"
    assert sleeps == [0.5, 1.0]


def test_an_address_that_has_run_out_is_asked_for_anew() -> None:
    reporting = Reporting(gzip.compress(report(order_row("1", "A"))))
    reporting.expired = 2
    assert [order["orderId"] for order in reporting.read(ORDERS, END - 3 * DAY)] == ["1"]


def test_a_first_load_goes_two_years_back() -> None:
    reporting = Reporting(gzip.compress(report()), "CANCELLED")
    assert reporting.read(ORDERS, None) == [], "a report without data is cancelled by Amazon"
    assert len(reporting.ranges) == 25
    assert reporting.ranges[0][0] == "2009-06-30T12:00:00Z"


def test_the_items_of_an_order_find_together_wherever_they_stand() -> None:
    rows = [
        order_row("1", "A", 2),
        order_row("2", "A"),
        order_row("1", "A", 3, **{"item-status": "Unshipped", "item-promotion-discount": "1.50"}),
        order_row("1", "B", 0, **{"item-status": "Cancelled", "item-price": ""}),
    ]
    first, second, *_ = Reporting(report(*rows), compressed=False).read(ORDERS, END - 3 * DAY)
    assert (first["orderId"], second["orderId"]) == ("1", "2")
    assert [
        (item["line_id"], item["quantityOrdered"], item["fulfillment"]["quantityFulfilled"])
        for item in first["orderItems"]
    ] == [("1/A/1", 2, 2), ("1/A/2", 3, 0), ("1/B/1", 0, 0)]
    assert first["orderItems"][1]["product"]["price"]["unitPrice"] == {"amount": "2.5", "currencyCode": "GBP"}
    assert first["orderItems"][1]["discount"] == "1.50"
    assert "discount" not in first["orderItems"][0]
    assert "price" not in first["orderItems"][2]["product"]


def test_a_report_says_who_sends_an_order_and_who_sold_it() -> None:
    rows = [
        dict(zip(ORDER_HEADER.split("\t"), order_row(order_id, "A", **fields).split("\t"), strict=True))
        for order_id, fields in (
            ("1", {"fulfillment-channel": "Amazon", "order-status": "Shipped - Delivered to Buyer"}),
            ("2", {"sales-channel": "Non-Amazon UK", "order-status": "Canceled"}),
        )
    ]
    fba, elsewhere = orders_of(rows)
    assert fba["fulfillment"] == {"fulfillmentStatus": "SHIPPED", "fulfilledBy": "AMAZON"}
    assert elsewhere["fulfillment"] == {"fulfillmentStatus": "CANCELLED", "fulfilledBy": "MERCHANT"}
    assert elsewhere["salesChannel"]["channelName"] == "NON_AMAZON"


def test_a_title_is_read_in_the_characters_of_its_file() -> None:
    content = report(order_row("1", "A", **{"product-name": "Café"})).decode().encode("cp1252")
    (order,) = Reporting(content, compressed=False, charset="Cp1252").read(ORDERS, END - 3 * DAY)
    assert order["orderItems"][0]["product"]["title"] == "Café"


@pytest.mark.parametrize(
    ("content", "states", "error", "said"),
    [
        (b"", ("FATAL",), ChannelError, "was aborted by Amazon"),
        (b"", ("IN_PROGRESS",), UnavailableChannelError, "still being made after 30 minutes"),
        (gzip.compress(b"amazon-order-id\tsku\n1\tA\n"), ("DONE",), ChannelError, "has no column purchase-date"),
        (gzip.compress(report(*[order_row("1", "A")] * 9))[:60], ("DONE",), ChannelError, "cannot be read"),
        (b"no gzip at all", ("DONE",), ChannelError, "cannot be read"),
    ],
    # Never the content itself: a compressed report holds the second it was made in.
    ids=["aborted", "never done", "a column missing", "cut off", "not compressed"],
)
def test_a_report_that_fails_lands_nothing(
    content: bytes, states: tuple[str, ...], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        Reporting(content, *states).read(ORDERS, END - 3 * DAY)


def test_more_changed_listings_than_a_search_gives_are_read_from_the_report() -> None:
    header = "item-name\tseller-sku\tprice\tquantity\tasin1\tfulfillment-channel\tstatus"
    rows = [
        "Mug\tMUG\t4.25\t7\tB01\tDEFAULT\tActive",
        "Sold out\tGONE\t1.00\t0\tB02\tDEFAULT\tInactive",
        "Closed\tOLD\t1.00\t3\tB03\tDEFAULT\tInactive",
        "At Amazon\tFBA-1\t9.00\t\tB04\tAMAZON_EU\tActive",
    ]
    reporting = Reporting("\n".join([header, *rows]).encode(), compressed=False)

    def answer(asked: Asked) -> Says:
        if "/listings/" in asked.path and "lastUpdatedAfter" in asked.query:
            return Says({"items": [], "numberOfResults": 1000})
        return reporting(asked)

    with serve(account(answer)) as loopback:
        reporting.url = loopback.url
        found = read(loopback.url, LISTINGS)
    assert {each["sku"]: (each["merchant_fulfilled"], each["closed"]) for each in found} == {
        "MUG": (True, False),
        "GONE": (True, False),
        "OLD": (True, True),
        "FBA-1": (False, False),
    }


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


# -- availability --------------------------------------------------------------------------------------------------


class Shelf:
    """Listings by SKU: what each shows, who sends it, and how often it is looked at before a change shows."""

    def __init__(self, *, lag: int = 0) -> None:
        self.shown = {"MUG": 7, "a,b": 3, "FBA-1": 4, "BOTH": 2}
        self.channels = {"FBA-1": ["AMAZON_EU"], "BOTH": ["DEFAULT", "AMAZON_EU"]}
        self.due: dict[str, int] = {}
        self.lag = lag
        self.patched: list[tuple[str, Any]] = []

    def item(self, sku: str) -> dict[str, Any]:
        return {
            "sku": sku,
            "summaries": [{"marketplaceId": "A1F83G8C2ARO7P", "productType": "CUP"}],
            "fulfillmentAvailability": [
                {"fulfillmentChannelCode": code, "quantity": self.shown[sku]}
                for code in self.channels.get(sku, ["DEFAULT"])
            ],
        }

    def __call__(self, asked: Asked) -> Says:
        sku = asked.path.partition("/A1SAMPLESELLER/")[2].replace("%2C", ",")
        if asked.method == "PATCH":
            self.patched.append((sku, asked.document))
            units = asked.document["patches"][0]["value"][0]["quantity"]
            if units == 99:
                issue = {"code": "1", "message": "Too many.", "severity": "ERROR", "categories": []}
                return Says({"sku": sku, "status": "INVALID", "submissionId": "1", "issues": [issue]})
            self.due[sku] = units
            return Says({"sku": sku, "status": "ACCEPTED", "submissionId": "1", "issues": []})
        if self.due:
            self.lag -= 1
            if self.lag < 0:
                self.shown |= self.due
        if sku:
            return Says(self.item(sku)) if sku in self.shown else Says({"errors": [{"code": "NOT_FOUND"}]}, 404)
        wanted = [each for each in asked.query.get("identifiers", "").split(",") if each in self.shown]
        return Says({"numberOfResults": len(wanted), "items": [self.item(each) for each in wanted]})


def pushed(shelf: Shelf, wanted: dict[str, int], sleeps: list[float] | None = None) -> tuple[dict[str, Any], Loopback]:
    kept = [] if sleeps is None else sleeps
    with serve(account(shelf)) as loopback, open_writer(settings_of(loopback.url), sleep=kept.append) as writer:
        results = push(writer, [Availability(Listing(sku), sku, units) for sku, units in wanted.items()], key="1")
    return {each.availability.sku: each for each in results}, loopback


def test_what_amazon_sends_is_never_written() -> None:
    shelf = Shelf()
    results, loopback = pushed(shelf, {"MUG": 5, "FBA-1": 9, "BOTH": 9, "UNKNOWN": 9})
    assert {sku: each.outcome for sku, each in results.items()} == {
        "MUG": "verified",
        "FBA-1": "refused",
        "BOTH": "refused",
        "UNKNOWN": "refused",
    }
    assert [sku for sku, _ in shelf.patched] == ["MUG"]
    assert {each.method for each in loopback.asked if "FBA-1" in each.path} == set()


def test_a_figure_is_merged_so_that_days_of_handling_stay() -> None:
    shelf = Shelf()
    pushed(shelf, {"MUG": 5})
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 5}]
    patch = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}
    assert shelf.patched == [("MUG", {"productType": "CUP", "patches": [patch]})]


def test_a_change_that_shows_late_is_waited_for() -> None:
    sleeps: list[float] = []
    results, _ = pushed(Shelf(lag=3), {"MUG": 5}, sleeps)
    assert (results["MUG"].outcome, results["MUG"].units_after) == ("verified", 5)
    assert sleeps == [1.0, 2.0, 4.0]


def test_a_change_that_does_not_show_in_time_is_left_to_the_next_round() -> None:
    results, _ = pushed(Shelf(lag=99), {"MUG": 5})
    assert (results["MUG"].outcome, results["MUG"].said) == ("moved_since", "shows 7 after 5 was written")


def test_what_amazon_finds_wrong_is_said_and_costs_no_other_its_figure() -> None:
    results, _ = pushed(Shelf(), {"MUG": 99, "a,b": 1})
    assert (results["MUG"].outcome, results["MUG"].said) == ("refused", "Too many.")
    assert results["a,b"].outcome == "verified", "its comma makes it no two SKUs"


def test_twenty_skus_are_read_in_one_request() -> None:
    shelf = Shelf()
    shelf.shown = {f"SKU-{number}": number for number in range(45)}
    with serve(account(shelf)) as loopback, open_writer(settings_of(loopback.url)) as writer:
        assert len(writer.read_available([Listing(sku) for sku in shelf.shown])) == 45
        asked = [each.query["identifiers"].count(",") + 1 for each in loopback.asked if each.path != TOKEN_PATH]
    assert asked == [20, 20, 5]


class Feeding:
    """Forty listings, and feeds that end as they are told to."""

    def __init__(self, *states: str, takes: bool = True, issues: Any = ()) -> None:
        self.shelf = Shelf()
        self.shelf.shown = {f"SKU-{number}": 1 for number in range(40)}
        self.states, self.takes, self.issues = list(states), takes, list(issues)
        self.uploaded: list[Any] = []
        self.url = ""

    def __call__(self, asked: Asked) -> Says:
        if asked.path.startswith("/storage/"):
            assert "x-amz-access-token" not in asked.headers
            if asked.method == "PUT":
                assert asked.headers["Content-Type"] == "application/json; charset=UTF-8"
                self.uploaded.append(asked.document)
                return Says({})
            return Says({"issues": self.issues})
        if asked.path.endswith("/documents"):
            return Says({"feedDocumentId": "in", "url": f"{self.url}/storage/in"}, 201)
        if "/feeds/2021-06-30/documents/" in asked.path:
            return Says({"feedDocumentId": "out", "url": f"{self.url}/storage/out"})
        if asked.path.endswith("/feeds"):
            assert asked.document["inputFeedDocumentId"] == "in"
            if self.takes:
                refused = {issue["messageId"] for issue in self.issues}
                for message in self.uploaded[-1]["messages"]:
                    if message["messageId"] not in refused:
                        self.shelf.shown[message["sku"]] = message["patches"][0]["value"][0]["quantity"]
            return Says({"feedId": "7"}, 202)
        if "/feeds/2021-06-30/feeds/" in asked.path:
            state = self.states[0] if len(self.states) == 1 else self.states.pop(0)
            return Says({"feedId": "7", "processingStatus": state, "resultFeedDocumentId": "out"})
        return self.shelf(asked)

    def push(self, bulk_from: int = 40) -> tuple[list[Any], list[float]]:
        sleeps: list[float] = []
        with (
            serve(account(self)) as loopback,
            open_writer(settings_of(loopback.url), sleep=sleeps.append) as writer,
        ):
            self.url = loopback.url
            writer.bulk_from = bulk_from
            return push(writer, [Availability(Listing(sku), sku, 5) for sku in self.shelf.shown], key="1"), sleeps


def test_many_figures_go_as_one_feed_and_are_read_back() -> None:
    feeding = Feeding("IN_QUEUE", "IN_PROGRESS", "DONE")
    results, sleeps = feeding.push()
    assert {each.outcome for each in results} == {"verified"}
    assert sleeps == [1.0, 2.0]
    (document,) = feeding.uploaded
    assert document["header"] == {"sellerId": "A1SAMPLESELLER", "version": "2.0"}
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 5}]
    assert document["messages"][39] == {
        "messageId": 40,
        "sku": "SKU-39",
        "operationType": "PATCH",
        "productType": "CUP",
        "patches": [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}],
    }
    assert feeding.shelf.patched == []


def test_fewer_figures_than_are_worth_a_feed_go_one_by_one() -> None:
    feeding = Feeding("DONE")
    results, _ = feeding.push(bulk_from=41)
    assert {each.outcome for each in results} == {"verified"}
    assert (len(feeding.shelf.patched), feeding.uploaded) == (40, [])


def test_what_a_feeds_report_refuses_is_said_of_its_own_listing() -> None:
    issues = [
        {"messageId": 2, "severity": "ERROR", "message": "Too many."},
        {"messageId": 3, "severity": "WARNING", "message": "Slow."},
    ]
    results, _ = Feeding("DONE", issues=issues[:1]).push()
    assert [(each.availability.sku, each.said) for each in results if each.outcome != "verified"] == [
        ("SKU-1", "Too many.")
    ]
    results, _ = Feeding("DONE", takes=False, issues=issues[1:]).push()
    assert {each.outcome for each in results} == {"moved_since"}, "reading back decides, not what a feed says"


@pytest.mark.parametrize("state", ["FATAL", "CANCELLED"])
def test_a_feed_that_amazon_gives_up_writes_nothing(state: str) -> None:
    results, _ = Feeding(state, takes=False).push()
    assert {(each.outcome, each.said) for each in results} == {("refused", f"Amazon gave up the feed 7 ({state})")}


def test_a_feed_that_takes_longer_is_left_to_the_next_round() -> None:
    results, sleeps = Feeding("IN_PROGRESS", takes=False).push()
    assert {each.outcome for each in results} == {"moved_since"}
    assert 600 <= sum(sleeps) < 640


def test_no_answer_at_all_is_waited_for_within_bounds() -> None:
    with pytest.raises(UnavailableChannelError, match="6 times in a row"):
        read("http://127.0.0.1:9", FBA_INVENTORY)
