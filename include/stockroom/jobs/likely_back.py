"""Say when what is sold out is likely back, where that has been right; elsewhere say why nothing is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import psycopg

from stockroom.documents.shopper_language import ENGLISH, Language, language_of
from stockroom.planning import Policy
from stockroom.planning.likely_back import BAND, LEAST_ARRIVALS, SHARE, Coverage, interval_days, past_coverage
from stockroom.planning.supply_watch import Facts, WatchedLine
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.likely_back import (
    LikelyBack,
    read_coverage,
    read_likely_back,
    read_shipments,
    read_shown_to_shoppers,
    write_likely_back,
)

PERCENT = round(100 * SHARE)
ALL = "*"


def note_likely_back(
    connection: psycopg.Connection, watched: Sequence[WatchedLine], facts: Facts, *, as_of_date: date
) -> None:
    """Write down when goods under way are likely back, and how often that was right; the caller commits.

    Lines with something wrong (late, refused, owed) say nothing: the days are for the rest.
    """
    coverage = past_coverage(
        read_shipments(connection, facts.plan_date), half_life_days=Policy().lead_time_half_life_days
    )
    usable = sorted((one for one in watched if one.line.units_to_come and not one.signs), key=lambda one: one.place)
    found = list(_intervals(usable, coverage, facts))
    write_likely_back(connection, found, coverage, as_of_date=as_of_date)


def likely_back_words(
    settings: Settings, connection: psycopg.Connection, *, sku: str, channel_id: str, language: Language
) -> str:
    """Return the sentence for shoppers, in their language; empty where nothing may be said."""
    if not settings.likely_back:
        return ""
    now = clock(connection)
    today = settings.as_of_date or now.astimezone(ZoneInfo(settings.time_zone)).date()
    found = read_shown_to_shoppers(connection, sku, channel_id, today=today, now=now)
    if found is None:
        return ""
    days = language.days(max(found.first_date, today), found.last_date)
    return language.say("form.likely_back", days=days, percent=PERCENT)


def explain_likely_back(settings: Settings, sku: str = "") -> str:
    """Return whether shoppers are shown when something is likely back, of a SKU too, and if not why."""
    with connect(settings.warehouse_url) as connection:
        coverage = read_coverage(connection)
        found = read_likely_back(connection, sku) if sku else []
    lines = [
        "shoppers are shown when something is likely back"
        if settings.likely_back
        else "switched off; STOCKROOM_LIKELY_BACK=on shows shoppers when something is likely back"
    ]
    lines += [f"  {'all suppliers' if name == ALL else name}: {_said_of(name, one)}" for name, one in coverage.items()]
    if not coverage:
        lines.append("  nothing has been measured yet; `stockroom watch` does, once a day has been planned")
    for one in found:
        lines.append(f"{one.sku} at {one.location_id}: {language_of(ENGLISH).days(one.first_date, one.last_date)}")
        lines.append(f"  not shown: {one.withheld}" if one.withheld else "  may be shown")
    if sku and not found:
        lines.append(f"{sku}: no released order of it is on its way whose days can be said within {PERCENT} %")
    return "\n".join(lines)


def _intervals(usable: Sequence[WatchedLine], coverage: Mapping[str, Coverage], facts: Facts) -> Iterator[LikelyBack]:
    """Yield an interval for each place that something is under way to; ``usable`` is by place."""
    for (sku, location_id), group in groupby(usable, key=lambda one: one.place):
        lines = list(group)
        # Lines of one order come together: the order's first one stands for it.
        orders = {one.line.po_number: one for one in reversed(lines)}
        days = interval_days(one.arrival_days for one in orders.values())
        if days is None:
            continue
        suppliers = sorted({one.line.supplier_id for one in lines})
        first, last = (facts.today + timedelta(days=each) for each in days)
        yield LikelyBack(sku, location_id, first, last, _withheld(coverage, suppliers))


def _withheld(coverage: Mapping[str, Coverage], suppliers: Sequence[str]) -> str | None:
    if not coverage[ALL].is_calibrated:
        return f"all suppliers: {_said_of(ALL, coverage[ALL])}"
    bad = [name for name in suppliers if name in coverage and coverage[name].is_of_bad_supplier]
    return f"{bad[0]}: {_said_of(bad[0], coverage[bad[0]])}" if bad else None


def _said_of(name: str, one: Coverage) -> str:
    held = f"{one.held:,} of {one.looks:,} past intervals held ({one.share:.0%}), of {one.arrivals:,} arrivals"
    if name != ALL:
        return f"{held}; too few to be shown" if one.is_of_bad_supplier else held
    if one.arrivals < LEAST_ARRIVALS:
        return f"{held}; {LEAST_ARRIVALS} arrivals are needed, so nothing is shown"
    if not one.is_calibrated:
        return f"{held}; {BAND[0]:.0%} to {BAND[1]:.0%} should, so nothing is shown"
    return f"{held}; calibrated"
