"""Notice that a channel shows something else than it was made to show: somebody or something else writes there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

import psycopg

from stockroom.channels import CHANNELS
from stockroom.jobs.oversell_words import ago
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.level_differences import (
    Asked,
    Difference,
    compare_levels,
    read_differences,
    read_prices,
    read_standing,
    replace_exceptions,
)

KIND = "level_differs"
SLACK = timedelta(minutes=5)
"""Channels lower a figure when an order is made, or paid, pages are read one after another, and clocks are wrong: by so
much an order or a reading may seem to come too early or late."""
NAMED = 20
"""Listings of a channel that are put before a person one by one; the others stand in one exception together."""
_MOMENT = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True)
class DifferencesNoticed:
    """What stands after a look."""

    compared: int
    differing: int

    def __str__(self) -> str:
        """Return one line for a person to read, none where all agree."""
        return f"{self.differing:,} listings show something else than they were told" if self.differing else ""


def notice_level_differences(settings: Settings) -> DifferencesNoticed:
    """Put listings before a person whose figure no sale explains, the most money first; take back those that agree.

    Only what was read since the last look is compared. Safe to repeat: a difference is one exception while it stands.
    """
    with connect(settings.warehouse_url) as connection:
        noticed = notice_on(connection, settings)
        connection.commit()
    return noticed


def notice_on(connection: psycopg.Connection, settings: Settings) -> DifferencesNoticed:
    """Do the same in the caller's transaction."""
    compared = compare_levels(connection, slack=SLACK)
    differences = read_differences(connection)
    standing = read_standing(connection, KIND)
    if differences or standing:
        asked = _asked(connection, differences, standing)
        owner = (settings.approvers or ("buyer",))[0]
        replace_exceptions(connection, KIND, asked, currency=settings.currency, owner=owner)
    return DifferencesNoticed(compared, len(differences))


def _asked(connection: psycopg.Connection, differences: list[Difference], standing: frozenset[str]) -> list[Asked]:
    """Return what to ask: what stands already keeps its place, then what costs most."""
    skus = sorted({sku for one in differences for sku in one.skus if sku})
    prices = read_prices(connection, skus) if skus else {}
    asked: list[Asked] = []
    for channel_id, group in groupby(differences, key=lambda one: one.channel_id):
        ranked = sorted(
            group,
            key=lambda one: (_key(one) not in standing, -(_money(one, prices) or 0), -abs(one.units_differing)),
        )
        asked += [_question(one, _money(one, prices)) for one in ranked[:NAMED]]
        if others := ranked[NAMED:]:
            asked.append(_question_together(channel_id, others, prices))
    return asked


def _question(one: Difference, money: float | None) -> Asked:
    name = _channel_name(one.channel_id)
    of_sku = f" ({one.sku})" if one.sku and one.sku != one.listing_id else ""
    differs = f"{abs(one.units_differing):,} too {'many' if one.units_differing > 0 else 'few'}"
    return Asked(
        _key(one),
        f"{name} {one.listing_id}{of_sku} at {one.location_id}",
        f"showed {one.units_shown:,} at {one.shown_at.strftime(_MOMENT)}; it had been made to show {one.units_told:,}, "
        f"seen {ago(one.shown_at - one.told_at)} before, at {one.told_at.strftime(_MOMENT)}, and can have sold "
        f"{one.units_sold:,} since: {differs}",
        "The next round shows the right figure again. If this comes back, something else writes stock there (a person, "
        f"a plug-in, another program): end that, or let {one.channel_id} count {one.location_id} (docs/stock.md)",
        one.sku,
        one.location_id,
        money,
        "end what else writes stock there",
    )


def _question_together(channel_id: str, others: list[Difference], prices: dict[str, float]) -> Asked:
    name = _channel_name(channel_id)
    units = sum(abs(one.units_differing) for one in others)
    return Asked(
        f"{KIND}/{channel_id}",
        name,
        f"{len(others):,} more listings show something else than they were made to show, by {units:,} units together",
        f"So many at once are one cause: look at the {NAMED} that are named, and for what else writes stock at {name}",
        None,
        None,
        round(sum(_money(one, prices) or 0.0 for one in others), 2),
        "end what else writes stock there",
    )


def _key(one: Difference) -> str:
    return f"{KIND}/{one.channel_id}/{one.listing_id}/{one.location_id}"


def _money(one: Difference, prices: dict[str, float]) -> float | None:
    """Return what the units that differ sell for, None where no price is known."""
    known = [prices[sku] * units for sku, units in zip(one.skus, one.units, strict=True) if sku in prices]
    return round(abs(one.units_differing) * sum(known), 2) if known else None


def _channel_name(channel_id: str) -> str:
    channel = CHANNELS.get(channel_id)
    return channel.name if channel else channel_id
