"""What the shop says that our token may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from stockroom.channels.channel import Permissions, RecordReader
from stockroom.channels.shopify.client import SCOPES
from stockroom.channels.shopify.streams import Question

if TYPE_CHECKING:
    from stockroom.channels.shopify.client import ShopifyReader

GRANTED = Question(
    "granted_scopes",
    "currentAppInstallation",
    first=1,
    text="query granted_scopes { currentAppInstallation { accessScopes { handle } } }",
)
LOSES = {
    "read_orders": "no order can be read",
    "read_all_orders": "orders older than 60 days cannot be read",
    "read_products": "no product can be read",
    "read_inventory": "no stock level can be read",
    "write_inventory": "availability cannot be written",
    "read_locations": "no location can be read",
    "read_fulfillments": "parcels cannot be read",
    "read_merchant_managed_fulfillment_orders": "it stays unknown which location an order leaves from",
}
WRITES = "write_inventory"


def permissions(reader: RecordReader) -> Permissions:
    """Return the scopes that were granted and those that lack; one that writes lets read too."""
    answer = cast("ShopifyReader", reader).ask(GRANTED, {})[0]
    granted = {scope["handle"] for scope in answer["currentAppInstallation"]["accessScopes"]}
    granted |= {scope.replace("write_", "read_", 1) for scope in granted}
    wanted = SCOPES.split(", ")
    return Permissions(
        granted=tuple(scope for scope in wanted if scope in granted),
        missing={scope: LOSES.get(scope, "it is needed") for scope in wanted if scope not in granted},
        may_write=WRITES in granted,
        mend="Dev Dashboard > app > Versions: add it to the scopes, release, and let the shop accept the update",
    )
