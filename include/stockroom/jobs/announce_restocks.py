"""Choose the shoppers who are told that a product is back; their messages wait in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stockroom.planning import Expected, is_held_out
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.restock_apologies import end_in_vain, gone_for_good
from stockroom.warehouse.restock_ending import erase_unneeded, expire_unconfirmed, unname_erased
from stockroom.warehouse.restock_notices import AnswerableRequest, answerable_requests, choose, recipients, take_turns
from stockroom.warehouse.restock_purchases import note_purchases
from stockroom.warehouse.restock_takes import read_expected
from stockroom.warehouse.switches import NOTICES, is_off

LONGEST_WAIT = timedelta(days=90)
"""A mail about something asked for last season is a nuisance; the request ends instead, and its shopper is told so."""


@dataclass(frozen=True)
class AnnounceSummary:
    """What the shelf allowed."""

    told: int
    products: int
    ended: int
    """Requests that waited too long, or for what nobody offers any more."""
    apologies: int = 0
    erased: int = 0
    bought: int = 0
    """Notices that orders were bought by, known since the last look."""
    held_out: int = 0
    """Requests whose turn had come and that wait a week more, to measure what notices bring."""
    is_paused: bool = False

    def __str__(self) -> str:
        """Return one line for a person to read."""
        if self.is_paused:
            return "paused: nobody is told; `stockroom resume-notices` goes on"
        parts = [f"{self.told:,} shoppers are told of {self.products:,} products" if self.told else "nobody to tell"]
        if self.bought:
            parts.append(f"{self.bought:,} notices were bought by")
        if self.held_out:
            parts.append(f"{self.held_out:,} held out for a week")
        if self.ended:
            parts.append(f"{self.ended:,} waited in vain, of whom {self.apologies:,} are told so")
        if self.erased:
            parts.append(f"{self.erased:,} addresses erased that no request needs")
        return "; ".join(parts)


def announce_restocks(settings: Settings, *, as_of_date: date, now: datetime) -> AnnounceSummary:
    """Tell as many waiting shoppers as the units do for, oldest request first, each once and of so many products a day.

    That is one for each unit until the shop has learned which share of those told buy, then so many that hardly any of
    them find it sold out (``planning.restock_take``).

    Stock is read from the newest levels of the channel, so that minutes do not wait for dbt, and once more before each
    message is written. Choosing is a change of state and a message in the outbox, in one transaction. ``now`` is an
    aware time: units are held in mind for whoever was told within two days of it.
    """
    cut_off = datetime.combine(as_of_date, time(), ZoneInfo(settings.time_zone))
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        bought = note_purchases(connection)
        expire_unconfirmed(connection, now=now)
        in_vain = end_in_vain(
            connection,
            gone=gone_for_good(connection),
            made_before=cut_off - LONGEST_WAIT,
            at_once=settings.notices_a_day,
        )
        erased = erase_unneeded(connection, now=now)
        unname_erased(connection)
        if is_off(connection, NOTICES):
            return AnnounceSummary(0, 0, *in_vain, erased, bought, is_paused=True)
        waiting = answerable_requests(connection, now=now)
        if not waiting:
            return AnnounceSummary(0, 0, *in_vain, erased, bought)
        expected = read_expected(connection, sorted({one.sku for one in waiting}), now=now)
        chosen, held_out = _turns(settings, waiting, expected)
        free_units: dict[str, int] = {}
        for one in waiting:
            free = one.units - round(expected[one.sku].units)
            free_units[one.sku] = max(free, free_units.get(one.sku, free))
        told = choose(
            connection,
            [one.request_id for one in chosen],
            held_out=held_out,
            free_units=free_units,
            takes={sku: one.take.share if one.take else 1.0 for sku, one in expected.items()},
            now=now,
        )
        products = len({one.sku for one in chosen})
        return AnnounceSummary(told, products, *in_vain, erased, bought, held_out=len(held_out))


def is_somebodys_turn(settings: Settings, *, now: datetime) -> bool:
    """Return whether ``announce_restocks`` would tell anybody now, or hold somebody out; nothing is changed."""
    with connect(settings.warehouse_url) as connection:
        waiting = [] if is_off(connection, NOTICES) else answerable_requests(connection, now=now)
        if not waiting:
            return False
        expected = read_expected(connection, sorted({one.sku for one in waiting}), now=now)
        return any(_turns(settings, waiting, expected))


def _turns(
    settings: Settings, waiting: list[AnswerableRequest], expected: Mapping[str, Expected]
) -> tuple[list[AnswerableRequest], list[str]]:
    """Return whose turn it is to be told, and which requests are held out although it is theirs.

    The units of those who are held out go to the next: nothing stays on the shelf to be measured.
    """
    held_out: list[str] = []
    while True:
        are_told = recipients(
            waiting,
            expected,
            sold_out_share=settings.notice_sold_out_percent / 100,
            notices_a_day=settings.notices_a_day,
        )
        chosen = [one for one, is_told in zip(waiting, are_told, strict=True) if is_told]
        drawn = {
            one.request_id
            for one in chosen
            if one.can_be_held_out
            and is_held_out(one.request_id, percent=settings.notice_holdout_percent, key=settings.storefront_secret)
        }
        if not drawn:
            return chosen, held_out
        held_out += sorted(drawn)
        waiting = [one for one in waiting if one.request_id not in drawn]
