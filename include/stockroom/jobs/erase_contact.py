"""Erase an address at its owner's wish; how many asked is still known."""

from __future__ import annotations

from stockroom.jobs.forget_addresses import forget_addresses
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.restock_ending import erase_address


def erase_contact(settings: Settings, contact_sha256: str) -> str:
    """Delete the address with this digest wherever it stands, and end what was asked with it alone.

    Killed after the warehouse and before the files, the same command goes on; else the weekly maintenance does.
    """
    with connect(settings.warehouse_url) as connection:
        ended = erase_address(connection, contact_sha256)
        connection.commit()
        forgotten = forget_addresses(settings, connection)
    said = f"erased; {ended:,} requests ended with it" if ended else "no open request has this address"
    return f"{said}; {forgotten:,} lines and messages in files removed" if forgotten else said
