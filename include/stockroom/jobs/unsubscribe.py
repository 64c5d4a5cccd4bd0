"""End a restock request at the shopper's wish, or go on with it, or forget who asked."""

from __future__ import annotations

import psycopg

from stockroom.delivery.unsubscribe_links import request_of_token
from stockroom.settings import Settings
from stockroom.warehouse import restock_subscriptions as requests
from stockroom.warehouse.restock_units import can_be_had

WISHES = ("product", "everything", "undo", "forget")


def unsubscribe(settings: Settings, connection: psycopg.Connection, token: str, wish: str = "product") -> bool:
    """Do what the holder of a signed token wishes and return whether there was anything to do; the caller commits.

    ``product``: no more about this one; ``everything``: about none; ``undo``: wait on in the old place; ``forget``:
    delete the address. Repeating it changes nothing.
    """
    request_id = request_of_token(token, secret=settings.storefront_secret)
    if request_id is None:
        return False
    if wish == "forget":
        return requests.forget(connection, request_id) > 0
    if wish == "undo":
        place = requests.place_in_line(connection, request_id)
        is_sold_out = place is not None and not can_be_had(connection, place.sku, place.channel_id)
        return requests.resume(connection, request_id, is_sold_out=is_sold_out)
    return requests.unsubscribe(connection, request_id, is_everything=wish == "everything")
