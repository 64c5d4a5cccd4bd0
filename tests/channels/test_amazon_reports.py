"""What comes from Amazon's reports: orders of long ago, changed listings, and reports that fail."""

from __future__ import annotations

import gzip
from datetime import datetime
from typing import Any

import pytest
from tests.channels.amazon_account import DAY, END, account, read
from tests.channels.loopback import Asked, Says, serve

from stockroom.channels.amazon.report_rows import orders_of
from stockroom.channels.amazon.streams import LISTINGS, ORDERS
from stockroom.channels.channel import ChannelError, UnavailableChannelError

ORDER_HEADER = (
    "amazon-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\tsales-channel\tproduct-name\t"
    "sku\tasin\titem-status\tquantity\tcurrency\titem-price\titem-promotion-discount"
)


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
