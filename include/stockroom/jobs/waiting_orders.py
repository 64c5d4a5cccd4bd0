"""List the purchase orders that wait for a person."""

from __future__ import annotations

from stockroom.settings import Settings
from stockroom.warehouse import connect, orders
from stockroom.warehouse.orders import WaitingOrder


def waiting_orders(settings: Settings) -> tuple[WaitingOrder, ...]:
    """Return the orders that wait for a named person, by number; each prints itself as one line."""
    with connect(settings.warehouse_url) as connection:
        return orders.waiting_orders(connection)
