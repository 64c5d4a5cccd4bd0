"""The one mutation that the store takes: ``inventorySetQuantities``, compared and set as a whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sample_store.local_time import iso
from sample_store.shopify.documents import ShopAt
from sample_store.shopify.errors import QueryError, not_simulated
from sample_store.shopify.shapes import ITEM_IDS, gid
from sample_store.world.places import LOCATIONS

QUANTITIES_AT_MOST = 250
HIGHEST, LOWEST = 1_000_000_000, 0
REASONS = ("correction", "cycle_count_available", "received", "other")
"""Those of Shopify's reasons that the store knows."""

Document = dict[str, Any]
Tell = Callable[[dict[int, int]], None]
"""Takes the change of each item, as ``Store.tell`` does."""


@dataclass
class Mutations:
    """What a shop remembers of the changes it was asked for."""

    done: dict[str, tuple[str, Document]] = field(default_factory=dict)
    """By idempotency key: the input, and what was answered to it."""

    def set_quantities(self, shop: ShopAt, given: Document, key: str | None, tell: Tell) -> Document:
        """Return the payload of ``inventorySetQuantities``.

        Raises:
            QueryError: there is no idempotency key, which the mutation needs since 2026-04.
        """
        if not key or not key.strip():
            raise QueryError("The @idempotent directive is required for this mutation.", "BAD_REQUEST")
        said = json.dumps(given, sort_keys=True)
        if key in self.done:
            asked, answer = self.done[key]
            return answer if asked == said else _errors(["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"])
        if given["name"] != "available":
            raise not_simulated(f"the quantity name {given['name']!r}")
        if len(given["quantities"]) > QUANTITIES_AT_MOST:
            raise QueryError(f"The input array size is greater than the maximum allowed of {QUANTITIES_AT_MOST}")
        changes: dict[int, int] = {}
        errors: list[Document] = []
        if given["reason"] not in REASONS:
            errors.append(_error("INVALID_REASON", ["input", "reason"]))
        for place, quantity in enumerate(given["quantities"]):
            item, code = _checked(shop, quantity, changes)
            if code is not None:
                errors.append(_error(code, ["input", "quantities", str(place), _field_of(code)]))
            elif item is not None:
                changes[item] = quantity["quantity"] - int(shop.levels.available[item])
        if errors:
            return {"inventoryAdjustmentGroup": None, "userErrors": errors}
        tell(changes)
        answer = {
            "inventoryAdjustmentGroup": {
                "__typename": "InventoryAdjustmentGroup",
                "id": gid("InventoryAdjustmentGroup", len(self.done) + 1),
                "createdAt": iso(shop.clock),
                "reason": given["reason"],
                "referenceDocumentUri": given.get("referenceDocumentUri"),
            },
            "userErrors": [],
        }
        self.done[key] = (said, answer)
        return answer


def _checked(shop: ShopAt, quantity: Document, changes: dict[int, int]) -> tuple[int | None, str | None]:
    """Return the item that a quantity is about, or the code of what is wrong with it."""
    if "changeFromQuantity" not in quantity:
        return None, "COMPARE_QUANTITY_REQUIRED"
    number = _number(quantity["inventoryItemId"], "InventoryItem") - ITEM_IDS
    if number not in shop.place_of_product:
        return None, "INVALID_INVENTORY_ITEM"
    location = next(
        (each for each, known in enumerate(LOCATIONS) if gid("Location", known.number) == quantity["locationId"]), None
    )
    if location is None:
        return None, "INVALID_LOCATION"
    item = number * 3 + location
    if not shop.world.is_stocked[item]:
        return None, "ITEM_NOT_STOCKED_AT_LOCATION"
    if item in changes:
        return None, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
    if not LOWEST <= quantity["quantity"] <= HIGHEST:
        return None, "INVALID_QUANTITY_NEGATIVE" if quantity["quantity"] < LOWEST else "INVALID_QUANTITY_TOO_HIGH"
    expected = quantity["changeFromQuantity"]
    if expected is not None and expected != int(shop.levels.available[item]):
        return None, "CHANGE_FROM_QUANTITY_STALE"
    return item, None


def _number(text: str, kind: str) -> int:
    number = text.removeprefix(f"gid://shopify/{kind}/")
    return int(number) if number.isdigit() else -1


def _field_of(code: str) -> str:
    if "ITEM" in code and "STOCKED" not in code:
        return "inventoryItemId"
    if code == "INVALID_LOCATION":
        return "locationId"
    return "quantity" if code.startswith("INVALID_QUANTITY") else "changeFromQuantity"


def _error(code: str, path: list[str]) -> Document:
    return {
        "__typename": "InventorySetQuantitiesUserError",
        "code": code,
        "field": path,
        "message": MESSAGES.get(code, code.replace("_", " ").capitalize() + "."),
    }


def _errors(codes: list[str]) -> Document:
    return {"inventoryAdjustmentGroup": None, "userErrors": [{**_error(code, []), "field": None} for code in codes]}


MESSAGES = {
    "CHANGE_FROM_QUANTITY_STALE": "The changeFromQuantity value does not match persisted value.",
    "INVALID_INVENTORY_ITEM": "The specified inventory item could not be found.",
    "INVALID_LOCATION": "The specified location could not be found.",
    "ITEM_NOT_STOCKED_AT_LOCATION": "The specified inventory item is not stocked at the location.",
    "INVALID_QUANTITY_NEGATIVE": "The quantity can't be negative.",
}
