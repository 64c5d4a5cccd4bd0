"""End a restock request at the shopper's wish."""

from __future__ import annotations

from stockroom.delivery.unsubscribe_links import request_of_token
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.restock_notices import unsubscribe as end_request


def unsubscribe(settings: Settings, token: str) -> bool:
    """End the request whose signed token this is and return whether there was one; repeating it changes nothing."""
    request_id = request_of_token(token, secret=settings.storefront_secret)
    if request_id is None:
        return False
    with connect(settings.warehouse_url) as connection:
        return end_request(connection, request_id)
