"""Watch goods under way: match what suppliers say, judge what is late or short in money, and put it before people."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from stockroom.delivery.folder import write_whole
from stockroom.documents.formats import percent
from stockroom.documents.supply_report import (
    SupplyReport,
    supply_report_csv,
    supply_report_file_name,
    supply_report_html,
)
from stockroom.jobs.follow_drop_ships import follow_drop_ships
from stockroom.jobs.judge_supply import JudgedSign, judge
from stockroom.jobs.likely_back import note_likely_back
from stockroom.jobs.settle_message import note_arrived
from stockroom.planning.supply_watch import WatchedLine, watch_lines
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.plans_exceptions import replace_exceptions
from stockroom.warehouse.supply_exceptions import (
    SupplyException,
    count_outcomes,
    list_standing,
    put_forward,
    replace_supply_exceptions,
)
from stockroom.warehouse.supply_lines import are_lines_known, read_facts, read_open_lines, take_turn, write_odds
from stockroom.warehouse.supply_match import (
    UNMATCHED,
    are_answers_read,
    list_answered_in_doubt,
    match_answers,
    move_orders_on,
    unmatched_answers,
)

REPORTED_DAYS = 30
"""The report counts what came of the exceptions of so many days."""
ABOUT_ORDERS = ("late_supply", "unanswered_order")
"""What is asked of a supplier about a whole order."""
NOBODY = ("policy", "plan")


@dataclass(frozen=True)
class WatchSummary:
    """What one look came to."""

    lines: int
    answered_lines: int
    """That their supplier said something new about."""
    moved_orders: int
    standing: int
    news: int
    money_at_risk: Decimal
    currency: str
    page: Path | None
    """``None`` before the first plan: there is nothing to weigh by."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        if self.page is None:
            return "no day has been planned yet, so there is nothing to judge what is under way by"
        return (
            f"{self.lines:,} order lines under way, {self.answered_lines:,} with news, {self.moved_orders:,} orders "
            f"moved on; {self.standing:,} exceptions stand, {self.news:,} of them new, "
            f"{self.money_at_risk:,.2f} {self.currency} at risk; {self.page}"
        )


def watch_supply(settings: Settings, *, as_of_date: date, now: datetime) -> WatchSummary:
    """Look at all that is under way, and make the exceptions of supply what they are now. Safe to rerun.

    ``as_of_date`` is the store's day. Where it is not the day of ``now``, the end of it is looked at: a store whose
    clock stands knows what happened on that day.
    """
    zone = ZoneInfo(settings.time_zone)
    moment = moment_of(as_of_date, now, zone)
    with connect(settings.warehouse_url) as connection:
        if not are_lines_known(connection):
            return _nothing(settings)
        take_turn(connection)
        answered = moved = 0
        if are_answers_read(connection):
            answered = match_answers(connection, moment=moment)
            for message_key, subject in list_answered_in_doubt(connection):
                note_arrived(connection, message_key, subject, by="supplier", says="its answer says")
            moved = move_orders_on(connection, moment=moment)
            follow_drop_ships(connection, moment=moment, time_zone=zone)
            replace_exceptions(connection, kind=UNMATCHED, found=unmatched_answers(connection, moment=moment))
        lines = read_open_lines(
            connection, as_of_date=as_of_date, moment=moment, time_zone=settings.time_zone, currency=settings.currency
        )
        places = [(line.sku, line.location_id) for line in lines]
        facts = read_facts(connection, places, as_of_date=as_of_date, moment=moment, time_zone=settings.time_zone)
        if facts is None:
            return _nothing(settings)
        watched = watch_lines(lines, facts)
        write_odds(
            connection,
            (_odds_row(as_of_date, one, moment.astimezone(zone)) for one in watched if one.line.units_to_come),
            as_of_date=as_of_date,
        )
        note_likely_back(connection, watched, facts, as_of_date=as_of_date)
        judged = judge(connection, watched, facts)
        found = list(_exceptions(settings, judged))
        news = replace_supply_exceptions(connection, found, moment=moment)
        put_forward(connection, today=as_of_date, a_day=settings.exceptions_a_day)
        report = read_report(settings, connection, as_of_date=as_of_date, moment=moment)
    folder = settings.documents_dir / "supply"
    page = folder / supply_report_file_name(as_of_date, "html")
    write_whole(page, supply_report_html(report))
    write_whole(folder / supply_report_file_name(as_of_date, "csv"), supply_report_csv(report))
    return WatchSummary(
        lines=len(lines),
        answered_lines=answered,
        moved_orders=moved,
        standing=len(found),
        news=news,
        money_at_risk=report.money_at_risk,
        currency=settings.currency,
        page=page,
    )


def moment_of(as_of_date: date, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that is looked at: now, or the end of the store's day where that is another one.

    >>> from datetime import UTC
    >>> now, london = datetime(2026, 1, 5, 9, 30, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> str(moment_of(date(2026, 1, 5), now, london)), str(moment_of(date(2011, 6, 30), now, london))
    ('2026-01-05 09:30:00+00:00', '2011-07-01 00:00:00+01:00')
    """
    if now.astimezone(zone).date() == as_of_date:
        return now
    return datetime.combine(as_of_date + timedelta(days=1), time(), zone)


def read_report(
    settings: Settings, connection: psycopg.Connection, *, as_of_date: date, moment: datetime
) -> SupplyReport:
    """Return what the report of a day says."""
    return SupplyReport(
        day=as_of_date,
        company=settings.company_name,
        currency=settings.currency,
        exceptions=list_standing(connection),
        days=REPORTED_DAYS,
        **vars(count_outcomes(connection, since=moment - timedelta(days=REPORTED_DAYS))),
    )


def _nothing(settings: Settings) -> WatchSummary:
    return WatchSummary(0, 0, 0, 0, 0, Decimal(0), settings.currency, None)


def _exceptions(settings: Settings, judged: Sequence[JudgedSign]) -> Iterator[SupplyException]:
    """Yield what is put before people, in their words."""
    for one in judged:
        line, sign = one.lines[0].line, one.sign
        is_order = sign.kind in ABOUT_ORDERS
        place = line.po_number if is_order else f"{line.po_number}/{line.line_number}"
        item = f"{line.title} ({line.sku}) for {line.location_id}"
        subject, said, remedy = f"{place}, {item}", sign.said, one.remedy.said
        if is_order and len(one.lines) > 1:
            subject = f"{place}, {len(one.lines)} lines for {line.location_id}"
            said += "" if sign.kind == "unanswered_order" else f"; the gravest is line {line.line_number}, {item}"
        money = None if one.money is None else Decimal(f"{one.money:.2f}")
        if one.stockout_probability is not None:
            chance = percent(one.stockout_probability)
            said += f"; {chance} chance of a stockout before they come, {money:,.2f} {settings.currency} at risk"
        yield SupplyException(
            exception_key=f"{sign.kind}/{place}",
            kind=sign.kind,
            subject=subject,
            detail=said,
            mend=f"{remedy}; then `stockroom settle {sign.kind}/{place} acted --who NAME`",
            first_sign_at=sign.first_at,
            po_number=line.po_number,
            line_number=None if is_order else line.line_number,
            sku=None if is_order else line.sku,
            location_id=line.location_id,
            supplier_id=line.supplier_id,
            stockout_probability=one.stockout_probability,
            money_at_risk=money,
            currency=settings.currency,
            proposal=remedy,
            proposal_gain=None if money is None else Decimal(f"{one.remedy.gain:.2f}"),
            owner=_owner(settings, line.released_by, line.supplier_id),
        )


def _owner(settings: Settings, released_by: str | None, supplier_id: str) -> str:
    """Return who released the order, of two the first, else one of those who may, the same for all of a supplier."""
    if released_by and released_by not in NOBODY:
        return released_by.split(", ")[0]
    approvers = settings.approvers or ("buyer",)
    return approvers[zlib.crc32(supplier_id.encode()) % len(approvers)]


def _odds_row(as_of_date: date, one: WatchedLine, moment: datetime) -> tuple[object, ...]:
    """Return a row of ``plan.arrival_odds``; ``moment`` is local, so that its days are the store's."""
    line = one.line
    return (
        as_of_date,
        line.po_number,
        line.line_number,
        line.supplier_id,
        line.sku,
        line.location_id,
        line.units_to_come,
        one.waited_days,
        one.late_from,
        one.due_date,
        one.chance_by_due,
        *one.chances,
        (moment + timedelta(days=one.median_days)).date(),
    )
