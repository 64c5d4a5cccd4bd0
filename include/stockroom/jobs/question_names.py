"""Put names before a person that stand in files of the warehouse system or the planners and that nobody else knows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import psycopg

from stockroom.suppliers.item_numbers import closest_number
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions
from stockroom.warehouse.unknown_names import What, list_known_names, list_unknown_names

KIND = "unknown_name"
NAMED = 10
"""Names that one question holds."""
_SAYS: Mapping[tuple[str, What], tuple[str, str, str]] = {
    ("wms", "item"): (
        "items of the warehouse system",
        "no catalogue of a shop or a supplier holds",
        "correct them there, or add them to a catalogue; until then their units are nobody's stock",
    ),
    ("wms", "place"): (
        "places of the warehouse system",
        "nobody knows",
        "correct them there, or name them in the planners' locations file",
    ),
    ("wms", "order"): (
        "receipts of no order's line",
        "nobody ordered",
        "give number and line there as we wrote them; until then the goods are there and count as on order as well",
    ),
    ("wms", "count"): (
        "counts that change nothing",
        "a channel says what lies at",
        "count in that shop, or let the planners' locations file say count for the place",
    ),
    ("planners", "item"): (
        "items of the planners",
        "no catalogue of a shop or a supplier holds",
        "correct them in the planners' files; until then the rows do nothing",
    ),
    ("planners", "channel"): (
        "channels of the planners",
        "no channel is called",
        "correct them in the planners' files; until then the rows do nothing",
    ),
    ("planners", "listing"): (
        "listings of the planners",
        "the channel never offered or sold",
        "correct them in listings.csv: the channel's own id of the listing, or what its SKU field says",
    ),
}
"""By source and kind: subject, what is wrong with the names, and the mend."""


def question_names(connection: psycopg.Connection) -> int:
    """Ask once a kind of name, take back what is mended, and return how many names nobody knows.

    ``connection`` is in autocommit. A mistyped name is no error to the ledger: it counts the units under that name.
    """
    names = list_unknown_names(connection)
    found = []
    for (source, what), group in groupby(names, key=lambda each: (each.source, each.what)):
        subject, wrong, mend = _SAYS[source, what]
        listed = list(group)
        known = list_known_names(connection, what)
        said = [_with_guess(each.name, each.said_in, known) for each in listed[:NAMED]]
        more = f"; and {len(listed) - NAMED:,} more" if len(listed) > NAMED else ""
        found.append(PlanException(f"{KIND}/{source}/{what}", subject, f"{wrong} {'; '.join(said)}{more}", mend))
    with connection.transaction():
        replace_exceptions(connection, kind=KIND, found=found)
    return len(names)


def _with_guess(name: str, said_in: str, known: list[str]) -> str:
    """Return a name with where it stands, and what it looks like."""
    meant = closest_number(name, known)
    return f"{name} ({said_in}, perhaps {meant})" if meant else f"{name} ({said_in})"
