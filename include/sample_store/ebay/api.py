"""Answers REST requests as eBay does: tokens that run out, searches in pages, bulk calls answered entry by entry."""

from __future__ import annotations

import re
import time
from base64 import b64decode
from datetime import UTC, datetime
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sample_store.apis import Call, Reply, json_reply
from sample_store.ebay.documents import EbayAt
from sample_store.store import Store
from sample_store.world.places import LONDON

TOKEN_PATH = "/identity/v1/oauth2/token"  # noqa: S105  # a path
FULFILLMENT, INVENTORY = "/sell/fulfillment/v1", "/sell/inventory/v1"
TOKEN_SECONDS = 7200
ORDERS_AT_MOST, ORDERS_UNLESS_SAID = 200, 50
ITEMS_AT_MOST = 100
BULK_AT_MOST = 25
WINDOW = re.compile(r"lastmodifieddate:\[([0-9TZ:.-]+?)\.\.([0-9TZ:.-]+)?\]")
TWO_YEARS_SECONDS = 2 * 365 * 86_400

Document = dict[str, Any]


class RequestError(Exception):
    """A request that gets an error in eBay's shape."""

    def __init__(self, error_id: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        error = {"errorId": error_id, "domain": "API", "category": "REQUEST", "message": message}
        self.reply = json_reply({"errors": [error]}, status)


class EbayApi:
    """The APIs of one seller's account."""

    def __init__(self, store: Store, key: str) -> None:
        self.store, self.key = store, key
        self._tokens: dict[str, float] = {}
        """When each token that was given out ends."""
        self._seen: tuple[int, int] | None = None
        self._account: EbayAt | None = None

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request below eBay's address."""
        if call.path == TOKEN_PATH:
            return self._new_token(call)
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0.0) <= time.monotonic():
            return RequestError(1001, "Invalid access token", 401).reply
        try:
            return self._route(call)
        except RequestError as error:
            return error.reply

    def _new_token(self, call: Call) -> Reply:
        """Return an access token for a refresh token."""
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        try:
            client = b64decode(call.headers.get("authorization", "").removeprefix("Basic ")).decode()
        except ValueError:
            client = ""
        if call.method != "POST" or not compare_digest(client.partition(":")[2].encode(), self.key.encode()):
            return json_reply({"error": "invalid_client", "error_description": "client authentication failed"}, 401)
        refresh_token = form.get("refresh_token", "")
        if form.get("grant_type") != "refresh_token" or not compare_digest(refresh_token.encode(), self.key.encode()):
            described = "the provided authorization refresh token is invalid or was issued to another client"
            return json_reply({"error": "invalid_grant", "error_description": described}, 400)
        if not {"sell.inventory", "sell.fulfillment.readonly"} <= {
            scope.rpartition("/")[2] for scope in form.get("scope", "").split()
        }:
            return json_reply({"error": "invalid_scope", "error_description": "the requested scope is unknown"}, 400)
        token = f"v^1.1#{token_urlsafe()}"
        now = time.monotonic()
        self._tokens = {each: end for each, end in self._tokens.items() if end > now} | {token: now + TOKEN_SECONDS}
        return json_reply({"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "User Access Token"})

    def _route(self, call: Call) -> Reply:
        account, asked = self.account(), (call.method, call.path)
        if asked == ("GET", f"{FULFILLMENT}/order"):
            return _orders(account, call)
        found = re.fullmatch(rf"{FULFILLMENT}/order/([0-9-]+)/shipping_fulfillment", call.path)
        if call.method == "GET" and found:
            if found[1] not in account.place_of_order:
                raise RequestError(32100, f"Invalid order ID: {found[1]}", 404)
            parcels = account.parcels(account.place_of_order[found[1]])
            return json_reply({"fulfillments": parcels, "total": len(parcels), "warnings": []})
        if asked == ("GET", f"{INVENTORY}/inventory_item"):
            return _items(account, call)
        if asked == ("GET", f"{INVENTORY}/offer"):
            number = account.number_of_sku.get(call.query.get("sku", ""))
            if number is None:
                raise RequestError(25713, f"This Offer is not available : {call.query.get('sku')}", 404)
            offers = account.offers(number)
            return json_reply({"total": len(offers), "size": len(offers), "limit": 100, "offers": offers})
        if asked == ("POST", f"{INVENTORY}/bulk_get_inventory_item"):
            return json_reply({"responses": [_got(account, entry["sku"]) for entry in _entries(call)]})
        if asked == ("POST", f"{INVENTORY}/bulk_update_price_quantity"):
            return self._update(account, _entries(call))
        raise RequestError(2002, "Resource not found", 404)

    def account(self) -> EbayAt:
        """Return the account at the store's clock; made once for as long as nothing changes."""
        store = self.store
        seen = (store.clock, len(store.told))
        if self._account is None or self._seen != seen or self._account.world is not store.world:
            self._account = EbayAt(store.world, store.clock, store.shown("ebay"))
            self._seen = seen
        return self._account

    def _update(self, account: EbayAt, entries: list[Document]) -> Reply:
        """Set quantities; each entry is answered for by itself, its offers too."""
        changes: dict[int, int] = {}
        answers: list[Document] = []
        for entry in entries:
            number = account.number_of_sku.get(entry["sku"])
            if number is None:
                answers.append(_refused(entry, 25702, f"{entry['sku']} could not be found or is not available", 404))
                continue
            live = {offer["offerId"] for offer in account.offers(number) if offer["status"] == "PUBLISHED"}
            offers = {str(offer.get("offerId")): offer.get("availableQuantity") for offer in entry.get("offers") or []}
            if not offers.keys() <= live:
                answers.append(_refused(entry, 25713, "This Offer is not available", 404))
                continue
            total = entry["shipToLocationAvailability"]["quantity"]
            if not isinstance(total, int) or total < 0:
                answers.append(_refused(entry, 25759, "shipToAvailabilityQuantity is invalid", 400))
                continue
            # A listing shows the lesser of what there is of the item and what its offer allows.
            allowed = [offers.get(offer, int(account.shown[number])) for offer in live]
            changes[number * 3 + LONDON] = min([total, *allowed]) - int(account.shown[number])
            answers += [{"sku": entry["sku"], "offerId": offer, "statusCode": 200} for offer in offers] or [
                {"sku": entry["sku"], "statusCode": 200}
            ]
        if changes:
            self.store.tell("ebay", changes)
        is_mixed = any(answer["statusCode"] != 200 for answer in answers)
        return json_reply({"responses": answers}, 207 if is_mixed else 200)


def _orders(account: EbayAt, call: Call) -> Reply:
    """Return a page of a search by modification, the oldest order first."""
    query = call.query
    if unknown := set(query) - {"filter", "limit", "offset"}:
        raise RequestError(30700, f"The sample store does not know {', '.join(sorted(unknown))}")
    found = WINDOW.fullmatch(query.get("filter", ""))
    if found is None:
        raise RequestError(30820, "Start date is missing")
    start, end = _moment(found[1]), _moment(found[2]) if found[2] else account.clock
    if end - start > TWO_YEARS_SECONDS:
        raise RequestError(30830, "Time range between start date and end date must be within '2' years.")
    limit, offset = _whole(query, "limit", ORDERS_UNLESS_SAID, 31100), _whole(query, "offset", 0, 31000)
    if not 1 <= limit <= ORDERS_AT_MOST:
        raise RequestError(31100, f"Invalid limit: {limit}")
    updated = account.order_updated_at
    places = account.order_places[(updated >= start) & (updated <= end)]
    page = {
        "href": _address(f"{FULFILLMENT}/order", query, offset),
        "total": len(places),
        "limit": limit,
        "offset": offset,
        "orders": [account.order(int(place)) for place in places[offset : offset + limit]],
    }
    if offset + limit < len(places):
        page["next"] = _address(f"{FULFILLMENT}/order", query, offset + limit)
    return json_reply(page)


def _items(account: EbayAt, call: Call) -> Reply:
    """Return a page of the inventory; here the offset counts pages."""
    query = call.query
    if unknown := set(query) - {"limit", "offset"}:
        raise RequestError(25709, f"The sample store does not know {', '.join(sorted(unknown))}")
    limit, number = _whole(query, "limit", 25, 25706), _whole(query, "offset", 0, 25706)
    if not 1 <= limit <= ITEMS_AT_MOST:
        raise RequestError(25706, f"The limit must be between 1 and {ITEMS_AT_MOST}")
    numbers = account.product_numbers
    pages = -(-len(numbers) // limit)
    page = {
        "href": _address(f"{INVENTORY}/inventory_item", query, number),
        "total": len(numbers),
        "size": pages,
        "limit": limit,
        "inventoryItems": [account.item(int(each)) for each in numbers[number * limit : (number + 1) * limit]],
    }
    if number + 1 < pages:
        page["next"] = _address(f"{INVENTORY}/inventory_item", query, number + 1)
    return json_reply(page)


def _entries(call: Call) -> list[Document]:
    """Return the entries of a bulk call."""
    document = call.document
    entries = document.get("requests") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not 0 < len(entries) <= BULK_AT_MOST:
        raise RequestError(25759, f"requests must hold 1 to {BULK_AT_MOST} entries")
    skus = [entry.get("sku") for entry in entries]
    if not all(isinstance(sku, str) for sku in skus) or len(set(skus)) != len(skus):
        raise RequestError(25759, "each entry needs a sku of its own")
    return entries


def _got(account: EbayAt, sku: str) -> Document:
    number = account.number_of_sku.get(sku)
    if number is None:
        return _refused({"sku": sku}, 25710, "We didn't find the entity you are requesting.", 404)
    return {"sku": sku, "statusCode": 200, "inventoryItem": account.item(number)}


def _refused(entry: Document, error_id: int, message: str, status: int) -> Document:
    error = {"errorId": error_id, "domain": "API_INVENTORY", "category": "REQUEST", "message": message}
    return {"sku": entry["sku"], "statusCode": status, "errors": [error]}


def _address(path: str, query: dict[str, str], offset: int) -> str:
    """Return the address of a page as eBay names it, without its host."""
    return f"{path}?{urlencode({**query, 'offset': offset})}"


def _whole(query: dict[str, str], name: str, default: int, error_id: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit():
        raise RequestError(error_id, f"Invalid {name}: {text}")
    return int(text)


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).timestamp()
    except ValueError as error:
        raise RequestError(30810, "Invalid date format") from error
