"""WooCommerce's streams: where their lists are, how a window is asked for, and what only further requests tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from stockroom.channels.paging import Json, NumberedPages
from stockroom.channels.rest import RestApi, RestStream, utc
from stockroom.streams import Items, Part, Stream, may_be_blank, may_lack, needs

RECORDS_A_PAGE = 100
"""Most that the API gives."""
PAGES = NumberedPages(RECORDS_A_PAGE)
IN_A_FIXED_ORDER = {"orderby": "id", "order": "asc"}
ONE_SECOND = timedelta(seconds=1)
REFUNDS = "refund_records"
"""Ours: where an order's refunds are put."""

ORDERS = Stream(
    "woocommerce",
    "orders",
    key=("id",),
    changed_at="date_modified_gmt",
    about="WooCommerce orders with their refunds in full (refund_records); key: id",
    checks=(
        Part(
            (
                *needs("date_created_gmt", "date_modified_gmt", kind="moment"),
                *may_lack("date_completed_gmt", kind="moment"),
                *needs("currency", kind="currency"),
                *needs("line_items", kind="list"),
                *may_lack("refund_records", kind="list"),
            )
        ),
        Part((*needs("quantity", kind="units"), *needs("total", kind="price")), ("line_items",)),
        Part(
            (*needs("date_created_gmt", kind="moment"), *needs("line_items", kind="list")),
            ("refund_records",),
        ),
        Part(needs("quantity", kind="units"), ("refund_records", "line_items")),
    ),
    sells=(Items("total", ("line_items",), units="quantity", product="product_id", ordered_at="date_created_gmt"),),
    keeps=(
        *("id", "number", "status", "currency", "date_created_gmt", "date_modified_gmt", "date_completed_gmt"),
        # By which link a visit came (order attribution): ours alone is looked for.
        *("meta_data.key=_wc_order_attribution_utm_source", "meta_data.key=_wc_order_attribution_utm_id"),
        *(f"line_items.{name}" for name in ("id", "name", "product_id", "variation_id", "sku", "quantity", "total")),
        "line_items.meta_data.key=_reduced_stock",
        "refunds.id",
        *("refund_records.id", "refund_records.date_created_gmt"),
        *(f"refund_records.line_items.{name}" for name in ("id", "quantity", "meta_data.key=_refunded_item_id")),
    ),
)
PRODUCTS = Stream(
    "woocommerce",
    "products",
    key=("id",),
    changed_at="date_modified_gmt",
    about="WooCommerce products with their variations in full (variation_records); key: id",
    checks=(
        Part(
            (
                *needs("date_modified_gmt", kind="moment"),
                *may_be_blank("price", kind="price"),
                *may_lack("stock_quantity", kind="units"),
                *may_lack("variation_records", kind="list"),
            )
        ),
        Part(
            (*may_be_blank("price", kind="price"), *may_lack("stock_quantity", kind="units")),
            ("variation_records",),
        ),
    ),
    offers=(Items("price"), Items("price", ("variation_records",))),
)


def fields(within: str = "") -> Mapping[str, str]:
    """Return the question for what is kept alone, of an order or of what stands ``within`` it.

    Names of the first level: WordPress follows dots into objects, not into lists.

    >>> fields(REFUNDS)
    {'_fields': 'id,date_created_gmt,line_items'}
    """
    places = [place.split(".") for place in ORDERS.keeps]
    names = [place[1] for place in places if place[0] == within] if within else [place[0] for place in places]
    return {"_fields": ",".join(dict.fromkeys(name for name in names if name != REFUNDS))}


def window(start: datetime | None, end: datetime) -> Mapping[str, str]:
    """Return the search for records modified in ``start <= time < end``; WooCommerce leaves both of its bounds out.

    >>> from datetime import UTC
    >>> window(datetime(2011, 6, 30, 5, tzinfo=UTC), datetime(2011, 6, 30, 6, tzinfo=UTC))["modified_after"]
    '2011-06-30T04:59:59'
    """
    bounds = {"modified_before": utc(end), "dates_are_gmt": "true"}
    return bounds if start is None else {**bounds, "modified_after": utc(start - ONE_SECOND)}


def with_refunds(api: RestApi, order: Json) -> Json:
    """Return an order with its refunds in full: the order itself names only their sums."""
    if not order.get("refunds"):
        return order
    path = f"orders/{order['id']}/refunds"
    pages = api.pages(path, PAGES, ("id",), parameters={**IN_A_FIXED_ORDER, **fields(REFUNDS)})
    return {**order, REFUNDS: [refund for page in pages for refund in page]}


def with_variations(api: RestApi, product: Json) -> Json:
    """Return a product with its variations in full: the product itself names only their ids."""
    if not product.get("variations"):
        return product
    path = f"products/{product['id']}/variations"
    pages = api.pages(path, PAGES, ("id",), parameters=IN_A_FIXED_ORDER)
    return {**product, "variation_records": [variation for page in pages for variation in page]}


STREAMS = (
    RestStream(PRODUCTS, "products", PAGES, parameters=IN_A_FIXED_ORDER, window=window, complete=with_variations),
    RestStream(
        ORDERS,
        "orders",
        PAGES,
        parameters={**IN_A_FIXED_ORDER, **fields()},
        window=window,
        complete=with_refunds,
    ),
)
"""In the order of extraction."""
