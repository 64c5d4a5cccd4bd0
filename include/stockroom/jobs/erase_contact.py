"""Erase an address at its owner's wish; how many asked is still known."""

from __future__ import annotations

from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.restock_ending import erase_address


def erase_contact(settings: Settings, contact_sha256: str) -> str:
    """Delete the address with this digest and end what was asked with it alone."""
    with connect(settings.warehouse_url) as connection:
        ended = erase_address(connection, contact_sha256)
    return f"erased; {ended:,} requests ended with it" if ended else "no open request has this address"
