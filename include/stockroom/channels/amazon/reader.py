"""Reads Amazon window by window: short ones by searching, long ones cut into what one report holds each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

import orjson

from stockroom.channels.amazon.client import SETTLE
from stockroom.channels.amazon.report_rows import LISTING_COLUMNS, ORDER_COLUMNS, listing_of, orders_of
from stockroom.channels.amazon.reports import ISO, Ahead, report_rows, request_report
from stockroom.channels.amazon.seller import Seller
from stockroom.channels.amazon.streams import FBA_INVENTORY, LISTINGS, ORDERS, OWN_CHANNEL
from stockroom.channels.http import NothingThereError
from stockroom.channels.paging import Json
from stockroom.channels.rest import utc
from stockroom.streams import Stream

ORDER_REPORT = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
LISTING_REPORT = "GET_MERCHANT_LISTINGS_ALL_DATA"
SEARCHED = timedelta(days=1)
"""Longer windows are read from reports, but for their last day: reports may be half an hour behind."""
A_LITTLE_MORE = timedelta(hours=2)
"""What the last day may be longer by: it begins at a whole hour, and is read past its end."""
A_REPORT_AT_MOST = timedelta(days=30)
PROBED = timedelta(hours=1)
REMEMBERED = timedelta(days=730)
"""Reports know orders of the last two years."""
MOST_FOUND = 1000
"""So many listings a search gives, and not one more."""
ORDERS_A_PAGE, LISTINGS_A_PAGE = 100, 20
ORDER_PARTS = "PROCEEDS,FULFILLMENT,PACKAGES,CANCELLATION"
"""Not who bought: nothing here needs to know, and it would take a restricted token."""
LISTING_PARTS = "summaries,offers,fulfillmentAvailability"


@dataclass
class AmazonReader:
    """An open connection that is asked for records."""

    seller: Seller
    _now: datetime | None = field(default=None, init=False)
    _ahead: Ahead | None = field(default=None, init=False)

    def now(self) -> datetime:
        """Return Amazon's own time."""
        self._now = self.seller.now()
        return self._now

    def cuts(self, stream: Stream, *, start: datetime | None, end: datetime) -> Sequence[datetime]:
        """Return where the slices of a window end: a report's month each, then the day that is searched.

        Orders' first reports are asked for at once, so that each is made while the ones before it are read. What
        somebody asked for before a kill is not asked for again.
        """
        if stream != ORDERS or (start is not None and _is_searched(start, end)):
            return [end]
        months = _months(start, end)
        self._ahead = Ahead(self.seller, ORDER_REPORT, months)
        return [*(until for _, until in months), end]

    def records(self, stream: Stream, *, start: datetime | None, end: datetime) -> Iterator[bytes]:
        """Yield each record of the stream that changed in ``start <= time < end`` as one line of JSON."""
        read = {ORDERS.name: self._orders, LISTINGS.name: self._listings, FBA_INVENTORY.name: self._fba_inventory}
        for record in read[stream.name](start, end):
            yield orjson.dumps(record)

    def named(self, stream: Stream, keys: Sequence[str]) -> Iterator[bytes]:
        """Yield orders by their ids: each costs a request, of which thirty may come at once and one in two seconds."""
        if stream != ORDERS:
            return
        for order_id in keys:
            try:
                answer = self.seller.ask("getOrder", self.seller.orders.get_order, order_id, includedData=ORDER_PARTS)
            except NothingThereError:  # somebody else's, or not to be had any more
                continue
            yield orjson.dumps(with_lines(answer.document["order"]))

    def probe(self, stream: Stream) -> None:
        """Ask for the first page of a stream's last hour, and for no report.

        Raises:
            ChannelError: it may not be read.
        """
        until = self.seller.now() - SETTLE
        search = {ORDERS.name: self._found_orders, LISTINGS.name: self._found_listings}
        next(iter(search.get(stream.name, self._fba_inventory)(until - PROBED, until)), None)

    def stated_limits(self) -> Iterator[str]:
        """Yield how often each operation may be asked, as answers stated it or as it was declared."""
        for operation, limit in self.seller.transport.limits.declared.items():
            yield f"{operation}: {limit.requests / limit.seconds:g} a second, {limit.burst} at once"

    def _orders(self, start: datetime | None, end: datetime) -> Iterator[Json]:
        """Yield orders: a slice from its report, a short window by searching, and a long one slice by slice."""
        if self._ahead is not None and end in self._ahead:
            for order in orders_of(report_rows(self.seller, self._ahead.take(end), columns=ORDER_COLUMNS)):
                yield with_lines(order)
        elif start is not None and _is_searched(start, end):
            yield from self._found_orders(start, end)
        else:
            for until in self.cuts(ORDERS, start=start, end=end):
                yield from self._orders(start, until)
                start = until

    def _found_orders(self, start: datetime, end: datetime) -> Iterator[Json]:
        """Yield orders as searching finds them; up to now where the end is nearer than a search may name."""
        is_open = self._is_open(end)
        for page in self.seller.pages(
            "searchOrders",
            self.seller.orders.search_orders,
            at="orders",
            key=ORDERS.key,
            next_page="paginationToken",
            marketplaceIds=self.seller.marketplace_id,
            lastUpdatedAfter=utc(start, ISO),
            **({} if is_open else {"lastUpdatedBefore": utc(end, ISO)}),
            maxResultsPerPage=str(ORDERS_A_PAGE),
            includedData=ORDER_PARTS,
        ):
            yield from (with_lines(order) for order in page if is_open or _is_before(order.get("lastUpdatedTime"), end))

    def _listings(self, start: datetime | None, end: datetime) -> Iterator[Json]:
        """Yield listings: what changed by searching, all of them from one report."""
        if start is None or not _is_searched(start, end) or self._changed_listings(start, end) >= MOST_FOUND:
            read_at = self.seller.now()
            report = request_report(self.seller, LISTING_REPORT)
            for row in report_rows(self.seller, report, columns=LISTING_COLUMNS):
                yield listing_of(row, marketplace_id=self.seller.marketplace_id, read_at=read_at)
        else:
            yield from self._found_listings(start, end)

    def _found_listings(self, start: datetime, end: datetime) -> Iterator[Json]:
        """Yield listings as searching finds them."""
        for page in self.seller.pages(
            "searchListingsItems",
            self.seller.listings.search_listings_items,
            self.seller.seller_id,
            at="items",
            key=LISTINGS.key,
            next_page="pageToken",
            pageSize=str(LISTINGS_A_PAGE),
            includedData=LISTING_PARTS,
            sortBy="sku",
            **self._listings_window(start, end),
        ):
            yield from (with_its_marketplace(item, self.seller.marketplace_id) for item in page)

    def _listings_window(self, start: datetime, end: datetime) -> dict[str, str]:
        return {
            "marketplaceIds": self.seller.marketplace_id,
            "lastUpdatedAfter": utc(start, ISO),
            **({} if self._is_open(end) else {"lastUpdatedBefore": utc(end, ISO)}),
        }

    def _is_open(self, end: datetime) -> bool:
        """Return whether a window ends nearer to the present than a search may name: it then names no end."""
        return self._now is not None and end > self._now - SETTLE

    def _changed_listings(self, start: datetime, end: datetime) -> int:
        """Return how many listings changed in a window, up to as many as a search gives."""
        answer = self.seller.ask(
            "searchListingsItems",
            self.seller.listings.search_listings_items,
            self.seller.seller_id,
            pageSize="1",
            **self._listings_window(start, end),
        )
        return int(answer.document["numberOfResults"])

    def _fba_inventory(self, start: datetime | None, _end: datetime) -> Iterator[Json]:
        """Yield what lies in Amazon's warehouses, where anything of it changed."""
        since = {} if start is None else {"startDateTime": utc(start, ISO)}
        for page in self.seller.pages(
            "getInventorySummaries",
            self.seller.inventories.get_inventory_summary_marketplace,
            at="inventorySummaries",
            key=FBA_INVENTORY.key,
            next_page="nextToken",
            marketplaceIds=self.seller.marketplace_id,
            details="true",
            **since,
        ):
            yield from page


def _is_searched(start: datetime, end: datetime) -> bool:
    """Return whether a window is short enough to be searched."""
    return end - start <= SEARCHED + A_LITTLE_MORE


def _months(start: datetime | None, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return what a window's reports cover, each thirty days at most, up to a day before its end.

    Their edges are whole hours, so that who begins again soon finds the reports that were asked for.
    """
    oldest, recent = _whole_hour(end - REMEMBERED), _whole_hour(end - SEARCHED)
    position = oldest if start is None else max(start, oldest)
    months = []
    while position < recent:
        until = min(position + A_REPORT_AT_MOST, recent)
        months.append((position, until))
        position = until
    return months


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def with_lines(order: Json) -> Json:
    """Return an order whose items have an id that a report and a search agree on, and their discount as one amount.

    The id is order, SKU, and which item of that SKU. Reports know no other; without it an order that changes after it
    was reported would have each of its lines twice.
    """
    seen: Counter[str] = Counter()
    items = []
    for item in order.get("orderItems") or []:
        sku = str((item.get("product") or {}).get("sellerSku") or "")
        seen[sku] += 1
        items.append({**item, "line_id": f"{order.get('orderId')}/{sku}/{seen[sku]}", **_discount(item)})
    return {**order, "orderItems": items}


def _discount(item: Json) -> Json:
    """Return what was taken off an item, if anything. How that is signed is not documented: its size counts."""
    breakdowns = (item.get("proceeds") or {}).get("breakdowns") or []
    amounts = [each["subtotal"]["amount"] for each in breakdowns if each.get("type") == "DISCOUNT"]
    if not amounts:
        return {}
    try:
        return {"discount": str(sum(abs(Decimal(str(amount))) for amount in amounts))}
    except InvalidOperation:
        return {"discount": str(amounts[0])}  # for the checks to refuse


def with_its_marketplace(item: Json, marketplace_id: str) -> Json:
    """Return a listing with what stands in its lists for one marketplace: its summary, its offer, who fulfils it."""
    availability = item.get("fulfillmentAvailability") or []
    summary = _of_marketplace(item.get("summaries"), marketplace_id)
    offers = [each for each in item.get("offers") or [] if each.get("offerType", "B2C") == "B2C"]
    return {
        **item,
        "summary": summary,
        "offer": _of_marketplace(offers, marketplace_id),
        "merchant_fulfilled": is_merchant_fulfilled(availability),
        "closed": summary is not None and not summary.get("status"),
    }


def is_merchant_fulfilled(availability: list[Json]) -> bool:
    """Return whether a listing is sent by the merchant alone; what lies at Amazon is Amazon's to count."""
    return bool(availability) and all(each.get("fulfillmentChannelCode") == OWN_CHANNEL for each in availability)


def _of_marketplace(elements: list[Json] | None, marketplace_id: str) -> Json:
    return next((each for each in elements or [] if each.get("marketplaceId") == marketplace_id), None)


def _is_before(text: object, end: datetime) -> bool:
    """Return whether a moment lies before the end, which Amazon takes in; one that cannot be read is kept."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC) < end
    except ValueError:
        return True
