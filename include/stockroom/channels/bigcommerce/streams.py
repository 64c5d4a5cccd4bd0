"""BigCommerce's streams: where their lists are, how a window is asked for, and what only further requests tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime

from stockroom.channels.bigcommerce.pages import PagesById, counted_pages, until_enough
from stockroom.channels.paging import Json
from stockroom.channels.rest import RestApi, RestStream, utc
from stockroom.streams import Items, Part, Stream, may_be_blank, may_lack, needs

RECORDS_A_PAGE = 250
"""Most that v2 and the catalogue give."""
ITEMS_A_PAGE = 1000
"""Most that the inventory gives."""
WITH_OFFSET, WITH_Z = "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%SZ"
ONE_SECOND = timedelta(seconds=1)
DATES = ("date_created", "date_modified", "date_shipped")

PRODUCTS = Stream(
    "bigcommerce",
    "products",
    key=("id",),
    changed_at="date_modified",
    about="BigCommerce products of the v3 catalogue with their variants; key: id",
    checks=(
        Part(
            (
                *needs("date_modified", kind="moment"),
                *may_lack("price", kind="price"),
                *needs("variants", kind="list"),
            )
        ),
        Part(may_lack("price", kind="price"), ("variants",)),
    ),
    offers=(Items("price"), Items("price", ("variants",))),
)
ORDERS = Stream(
    "bigcommerce",
    "orders",
    key=("id",),
    changed_at="date_modified_utc",
    about="BigCommerce v2 orders with their products (product_records), their refunds in full (refund_records), and "
    "their dates again as ISO texts (date_created_utc and others); key: id",
    checks=(
        Part(
            (
                *needs("date_created_utc", "date_modified_utc", kind="moment"),
                *may_lack("date_shipped_utc", kind="moment"),
                *needs("default_currency_code", kind="currency"),
                *needs("product_records", kind="list"),
                *may_lack("refund_records", kind="list"),
            )
        ),
        Part(
            (
                *needs("quantity", "quantity_shipped", kind="units"),
                *may_be_blank("discounted_total_inc_tax", kind="price"),
                *needs("total_inc_tax", kind="price"),
            ),
            ("product_records",),
        ),
        Part((*needs("created", kind="moment"), *needs("items", kind="list")), ("refund_records",)),
        Part(may_lack("quantity", kind="units"), ("refund_records", "items")),
    ),
    sells=(
        Items(
            "total_inc_tax",
            ("product_records",),
            units="quantity",
            product="product_id",
            ordered_at="date_created_utc",
        ),
    ),
    keeps=(
        *("id", "status_id", "default_currency_code", "is_deleted"),
        *("date_created_utc", "date_modified_utc", "date_shipped_utc"),
        *(f"product_records.{name}" for name in ("id", "name", "sku", "type", "product_id", "variant_id")),
        *(f"product_records.{name}" for name in ("quantity", "quantity_shipped")),
        *(f"product_records.{name}" for name in ("total_inc_tax", "discounted_total_inc_tax")),
        *("refund_records.id", "refund_records.created"),
        *(f"refund_records.items.{name}" for name in ("item_id", "item_type", "quantity", "reason")),
    ),
)
INVENTORY_ITEMS = Stream(
    "bigcommerce",
    "inventory_items",
    key=("identity.product_id", "identity.variant_id"),
    mode="snapshot",
    about="What BigCommerce counts, with its units at each location; key: identity.product_id/identity.variant_id",
    checks=(
        Part(needs("locations", kind="list")),
        Part(needs("available_to_sell", "total_inventory_onhand", kind="units"), ("locations",)),
    ),
)


def orders_window(start: datetime | None, end: datetime) -> Mapping[str, str]:
    """Return the search for orders modified in ``start <= time < end``.

    Whether the bounds belong to it is not documented, so it asks from a second earlier; ``is_within`` cuts exactly.

    >>> orders_window(datetime(2011, 6, 30, 5, tzinfo=UTC), datetime(2011, 6, 30, 6, tzinfo=UTC))["min_date_modified"]
    '2011-06-30T04:59:59+00:00'
    """
    bounds = {"max_date_modified": utc(end, WITH_OFFSET)}
    return bounds if start is None else {**bounds, "min_date_modified": utc(start - ONE_SECOND, WITH_OFFSET)}


def products_window(start: datetime | None, end: datetime) -> Mapping[str, str]:
    """Return the search for products modified in ``start <= time < end``, as ``orders_window`` does."""
    bounds = {"date_modified:max": utc(end, WITH_Z)}
    return bounds if start is None else {**bounds, "date_modified:min": utc(start - ONE_SECOND, WITH_Z)}


def is_within(record: Json, start: datetime | None, end: datetime) -> bool:
    """Return whether a record was modified in ``start <= time < end``; one whose date cannot be read is kept."""
    text = iso_date(str(record.get("date_modified") or ""))
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return True
    return (start is None or start <= moment) and moment < end


def iso_date(text: str) -> str:
    """Return a date of v2 (RFC 2822) as an ISO text in UTC; what is neither stays as it is, for the checks to refuse.

    >>> iso_date("Thu, 30 Jun 2011 06:00:00 +0100")
    '2011-06-30T05:00:00Z'
    """
    try:
        return utc(parsedate_to_datetime(text), WITH_Z)
    except (TypeError, ValueError):
        return text


def with_parts(api: RestApi, order: Json) -> Json:
    """Return an order with its products, with its refunds in full where it has any, and with ISO dates."""
    found = {**order, "product_records": _products(api, order)}
    found |= {f"{name}_utc": iso_date(order[name]) for name in DATES if order.get(name)}
    if _is_refunded(order):
        said = api.get(f"v3/orders/{order['id']}/payment_actions/refunds")
        found["refund_records"] = said.get("data") if isinstance(said, dict) else said
    return found


def _products(api: RestApi, order: Json) -> list[Json]:
    """Return an order's lines, in one request where its own count of items says that they are all there."""
    path = f"v2/orders/{order['id']}/products"
    items = _number(order.get("items_total"))
    return until_enough(
        lambda page: api.get(path, {"page": str(page), "limit": str(RECORDS_A_PAGE)}),
        lambda lines: items > 0 and sum(_number(line.get("quantity")) for line in lines) >= items,
    )


def _is_refunded(order: Json) -> bool:
    return _number(order.get("refunded_amount")) != 0


def _number(text: object) -> Decimal:
    """Return a number that may be a text; what is none counts as more than nothing."""
    try:
        return Decimal(str(text or 0))
    except InvalidOperation:
        return Decimal(1)


STREAMS = (
    RestStream(
        PRODUCTS,
        "v3/catalog/products",
        counted_pages(RECORDS_A_PAGE),
        parameters={"include": "variants,primary_image", "sort": "id", "direction": "asc"},
        window=products_window,
        keep=is_within,
    ),
    RestStream(INVENTORY_ITEMS, "v3/inventory/items", counted_pages(ITEMS_A_PAGE)),
    RestStream(
        ORDERS, "v2/orders", PagesById(RECORDS_A_PAGE), window=orders_window, complete=with_parts, keep=is_within
    ),
)
"""In the order of extraction."""
