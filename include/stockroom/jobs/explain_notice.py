"""Answer "why was I told?" and "why was I not?", for a product or for one shopper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from stockroom.planning import Expected
from stockroom.planning.restock_take import most_people_a_unit
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.restock_history import RequestFacts, Wave, read_events, read_facts, read_waves
from stockroom.warehouse.restock_requests import contact_sha256
from stockroom.warehouse.restock_takes import read_expected
from stockroom.warehouse.restock_units import SHOPIFY, units_to_be_had
from stockroom.warehouse.switches import NOTICES, is_off

SHOWN = 20
_MOMENT = "%Y-%m-%d %H:%M UTC"


def digest_of(address: str) -> str:
    """Return what finds an address in the ledger: an e-mail address or an international number."""
    text = address.strip().lower()
    return contact_sha256(phone=text.replace(" ", "")) if text.startswith("+") else contact_sha256(email=text)


def explain_notice(settings: Settings, wanted: str, *, now: datetime) -> str:
    """Return what happened to the requests for a SKU or of the address with a digest, and why the open ones wait."""
    is_digest = re.fullmatch("[0-9a-f]{64}", wanted) is not None
    sku = None if is_digest else wanted.strip().upper()
    with connect(settings.warehouse_url) as connection:
        facts = read_facts(connection, now=now, sku=sku, contact_sha256=wanted if is_digest else None)
        shown = [one for one in facts if one.state == "active"][:SHOWN] if sku else facts
        shown = shown or facts[-SHOWN:]
        events = read_events(connection, [one.request_id for one in shown])
        waves = read_waves(connection, sku) if sku else []
        units = {
            (channel_id, item): count
            for channel_id in sorted({fact.channel_id for fact in shown})
            for item, count in units_to_be_had(
                connection, sorted({fact.sku for fact in shown if fact.channel_id == channel_id}), channel_id
            ).items()
        }
        expected = read_expected(connection, sorted({fact.sku for fact in shown}), now=now)
        is_paused = is_off(connection, NOTICES)
    if not facts:
        return f"nobody asked for {sku}" if sku else "no request has this address: never made, or erased"
    lines = list(_head(sku, facts, waves, units)) if sku else []
    for fact in shown:
        lines.append(f"{fact.request_id}: {fact.quantity} of {fact.sku}{_shop(fact)}, {fact.state}")
        lines += [
            f"  {event.occurred_at.strftime(_MOMENT)}  {event.to_state:12}  {event.reason or 'no reason was kept'}"
            for event in events
            if event.request_id == fact.request_id
        ]
        was_sent = any(event.request_id == fact.request_id and event.to_state == "sent" for event in events)
        there = units.get((fact.channel_id, fact.sku), 0)
        reason = why(settings, fact, expected[fact.sku], units=there, is_paused=is_paused, was_sent=was_sent)
        lines.append(f"  {reason}")
    return "\n".join(lines)


def why(
    settings: Settings, fact: RequestFacts, expected: Expected, *, units: int, is_paused: bool, was_sent: bool
) -> str:
    """Return in a sentence why a request was told, or why it is not told now."""
    if fact.answered_by:
        return f"Told with {fact.answered_by}, an earlier request of the same shopper."
    if fact.state in ("chosen", "sent", "clicked", "bought"):
        return f"Told: {fact.last_event_note}."
    if fact.state == "pending":
        return "Not told: the owner of the address has not confirmed it."
    if fact.state != "active" and was_sent:
        return f"Told; since then {fact.state}: {fact.last_event_note}."
    if fact.state != "active":
        return f"Not told: {fact.state}, {fact.last_event_note}."
    notices_a_day = settings.notices_a_day
    if fact.confirmed_addresses == 0:
        reason = "no confirmed address is left"
    elif fact.suppressed_by:
        reason = f"the address is suppressed: {fact.suppressed_by}"
    elif not fact.is_live:
        reason = "its SKU is only watched; `stockroom cohort` says which are live"
    elif fact.held_out_until:
        until = fact.held_out_until.strftime(_MOMENT)
        reason = f"held out until {until}, so that what notices bring can be measured; then told in the old place"
    elif units < 1:
        reason = "nothing is in stock online"
    elif fact.was_told_lately:
        reason = "the same shopper was told of this product less than 48 hours ago"
    elif fact.notices_today >= notices_a_day:
        reason = f"the shopper was told of {fact.notices_today} products today, and {notices_a_day} are enough"
    elif shelf := _why_shelf(fact, expected, units, settings.notice_sold_out_percent):
        reason = shelf
    elif is_paused:
        reason = "notices are paused"
    else:
        return "Will be told by the next run of announce_restocks."
    return f"Not told: {reason}."


def _why_shelf(fact: RequestFacts, expected: Expected, units: int, sold_out_percent: int) -> str:
    """Return why the units do not do for this request too; empty: they do."""
    before = fact.units_wanted_before
    if fact.quantity > units:
        return f"wants {fact.quantity} of {units} in stock"
    if expected.told_also(1, people=before).told_also(fact.quantity).fits(units, sold_out_share=sold_out_percent / 100):
        return ""
    most = most_people_a_unit(sold_out_percent / 100)
    if expected.take is not None and expected.unheard + before + fact.quantity > most * units:
        return (
            f"{units} in stock; until more is heard of the {expected.people:,} who were told in the last 48 hours, "
            f"{most} are told for each unit, and those before want {before}"
        )
    if expected.take is not None:
        return (
            f"{units} in stock; the {expected.people:,} who were told in the last 48 hours are expected to buy "
            f"{expected.units:.1f} units more ({expected.take.share:.0%} of those told buy), and those before want "
            f"{before}: with this request too many would find it sold out (at most {sold_out_percent} % are to)"
        )
    free = units - expected.wanted
    if free < 1:
        return f"{units} in stock, all promised to shoppers who were told in the last 48 hours"
    return f"wants {fact.quantity} of {free} free units, and those before want {before}"


def _shop(fact: RequestFacts) -> str:
    return "" if fact.channel_id == SHOPIFY else f" at {fact.channel_id}"


def _head(sku: str, facts: list[RequestFacts], waves: list[Wave], units: dict[tuple[str, str], int]) -> Iterator[str]:
    waiting = [fact for fact in facts if fact.state == "active"]
    yield f"{sku}: {len(facts):,} asked, {len(waiting):,} wait, {max(units.values(), default=0):,} in stock online"
    for wave in waves[-SHOWN:]:
        told, free = wave.told_requests, wave.free_units
        yield (
            f"  wave {wave.wave_id} on {wave.chosen_at.strftime(_MOMENT)}: {free:,} free units, "
            f"{told:,} shoppers told, who want {wave.promised_units:,}{_expected(wave)}"
            f"{f', {wave.held_out:,} held out' if wave.held_out else ''}{_came_of(wave)}"
        )
    if len(waiting) > SHOWN:
        yield f"The first {SHOWN} who wait:"


def _expected(wave: Wave) -> str:
    """Return what the wave was sized to, where that is not one for each."""
    if wave.expected_units >= wave.promised_units:
        return ""
    share = wave.expected_units / wave.promised_units
    return f" and were expected to buy {wave.expected_units:.1f} ({share:.0%} of those told buy)"


def _came_of(wave: Wave) -> str:
    """Return what became of a wave, as far as it is known."""
    if not wave.clicked and not wave.bought:
        return ""
    sold_out = f" ({wave.found_sold_out:,} found it sold out)" if wave.found_sold_out else ""
    return f"; {wave.clicked:,} followed the link{sold_out}, {wave.bought:,} bought {wave.units_kept:,} units by it"
