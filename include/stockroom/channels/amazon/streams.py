"""Amazon's streams: what their records are, and what they must hold. How each is asked for: ``reader.py``."""

from __future__ import annotations

from stockroom.streams import Items, Part, Stream, may_be_blank, may_lack, needs

OWN_CHANNEL = "DEFAULT"
"""How listings name the channel in which the merchant sends things himself."""

LISTINGS = Stream(
    "amazon",
    "listings",
    key=("sku",),
    changed_at="summary.lastUpdatedDate",
    about="Amazon listings of one marketplace, with the summary, the offer and who fulfils them there; key: sku",
    checks=(
        Part((*needs("summary.lastUpdatedDate", kind="moment"), *may_lack("offer.price.amount", kind="price"))),
        Part(may_lack("quantity", kind="units"), ("fulfillmentAvailability",)),
    ),
    offers=(Items("offer.price.amount"),),
)
FBA_INVENTORY = Stream(
    "amazon",
    "fba_inventory",
    key=("sellerSku", "fnSku"),
    about="What lies in Amazon's own warehouses of a sku; key: sellerSku/fnSku",
    checks=(
        Part(
            (
                *may_be_blank("lastUpdatedTime", kind="moment"),
                *may_lack(
                    "totalQuantity",
                    "inventoryDetails.fulfillableQuantity",
                    "inventoryDetails.inboundWorkingQuantity",
                    "inventoryDetails.inboundShippedQuantity",
                    "inventoryDetails.inboundReceivingQuantity",
                    "inventoryDetails.reservedQuantity.totalReservedQuantity",
                    "inventoryDetails.unfulfillableQuantity.totalUnfulfillableQuantity",
                    kind="units",
                ),
            )
        ),
    ),
)
# The first version that knows of a cancellation is all that dates it.
ORDERS = Stream(
    "amazon",
    "orders",
    key=("orderId",),
    is_history=True,
    about="Amazon orders as searchOrders gives them, line_id and discount added to their items; key: orderId",
    checks=(
        Part(
            (
                *needs("createdTime", "lastUpdatedTime", kind="moment"),
                *may_lack("proceeds.grandTotal.currencyCode", kind="currency"),
                *needs("orderItems", kind="list"),
                *may_lack("packages", kind="list"),
            )
        ),
        Part(
            (
                *needs("quantityOrdered", kind="units"),
                *may_lack("fulfillment.quantityFulfilled", "fulfillment.quantityUnfulfilled", kind="units"),
                *may_lack("product.price.unitPrice.amount", "discount", kind="price"),
            ),
            ("orderItems",),
        ),
        Part((*may_lack("shipTime", kind="moment"), *may_lack("packageItems", kind="list")), ("packages",)),
        Part(needs("quantity", kind="units"), ("packages", "packageItems")),
    ),
    sells=(
        Items(
            "product.price.unitPrice.amount",
            ("orderItems",),
            sku="product.sellerSku",
            product="product.asin",
            ordered_at="createdTime",
        ),
    ),
    keeps=(
        *("orderId", "createdTime", "lastUpdatedTime", "salesChannel.channelName"),
        *("fulfillment.fulfillmentStatus", "fulfillment.fulfilledBy", "proceeds.grandTotal.currencyCode"),
        *(f"orderItems.{name}" for name in ("line_id", "orderItemId", "quantityOrdered", "discount")),
        *(f"orderItems.product.{name}" for name in ("asin", "title", "sellerSku", "price.unitPrice.amount")),
        *(f"orderItems.fulfillment.{name}" for name in ("quantityFulfilled", "quantityUnfulfilled")),
        *(f"packages.{name}" for name in ("packageReferenceId", "shipTime")),
        *(f"packages.packageItems.{name}" for name in ("orderItemId", "quantity")),
    ),
)

STREAMS = (LISTINGS, FBA_INVENTORY, ORDERS)
"""In the order of extraction."""
