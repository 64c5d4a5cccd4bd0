"""Look at every order line under way: when it will come, what is wrong with it, what that may cost and what helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np

from stockroom.planning.arrays import FloatArray
from stockroom.planning.arrival_odds import chance_within, late_after_days, remaining_cases
from stockroom.planning.decision_inputs import DecisionInputs, stack_inputs, widened
from stockroom.planning.supplier_calendar import Delays, SupplierCalendar, days_without_delays, delayed
from stockroom.planning.supply_risk import Arrivals, Risk, supply_risk
from stockroom.planning.supply_signs import OpenLine, Sign, signs_of, unanswered

HORIZON_DAYS = 90.0
"""Nobody waits longer before buying elsewhere."""
ODDS_DAYS = (7.0, 14.0, 28.0)
Place = tuple[str, str]
"""SKU and location."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What the newest plan and the calendar say, at the moment of looking."""

    moment: datetime
    plan_date: date
    time_zone: ZoneInfo
    items: Mapping[Place, DecisionInputs]
    """What the plan knew of each item that is waited for, one row each."""
    lead_times: Mapping[str, FloatArray]
    """(12,) equally likely days of each supplier."""
    calendar: SupplierCalendar
    never: float
    """Share of orders that never come."""

    @property
    def days_since_plan(self) -> float:
        """Return how far the moment is from the plan's morning."""
        morning = datetime.combine(self.plan_date, time(), self.time_zone)
        return max((self.moment - morning) / timedelta(days=1), 0.0)

    @property
    def today(self) -> date:
        """Return the store's day."""
        return self.moment.astimezone(self.time_zone).date()


@dataclass(frozen=True, eq=False)
class WatchedLine:
    """One line under way, looked at."""

    line: OpenLine
    waited_days: float
    late_from: datetime
    due_date: date
    chance_by_due: float
    chances: tuple[float, ...]
    """To come within ``ODDS_DAYS``."""
    arrival_days: FloatArray
    """(12,) equally likely days from now."""
    signs: tuple[Sign, ...]

    @property
    def place(self) -> Place:
        """Return what it is and where it goes."""
        return self.line.sku, self.line.location_id

    @property
    def median_days(self) -> float:
        """Return in how many days it comes in half of all cases."""
        return float(np.median(self.arrival_days))


@dataclass(frozen=True, eq=False)
class Waiting:
    """What is wrong with one line's goods, as arrays of one row: what the risk and its remedies are reckoned from."""

    watched: WatchedLine
    sign: Sign
    inputs: DecisionInputs
    arrival_days: FloatArray
    """(1, 12) from the plan date on, of the units that the sign is about."""
    others: Arrivals
    anew_days: FloatArray
    """(12,) how long a new order of the same supplier would take."""
    from_plan_days: float


def watch_lines(lines: Sequence[OpenLine], facts: Facts) -> list[WatchedLine]:
    """Return each line with its odds and signs; nothing of a store in which no supplier's lead time is known."""
    if not lines or not facts.lead_times:
        return []
    anybody = np.median(np.stack(list(facts.lead_times.values())), axis=0)
    cases = np.stack([facts.lead_times.get(line.supplier_id, anybody) for line in lines])
    waited = _waited_days(lines, facts)
    remaining = _with_delays(lines, remaining_cases(cases, waited, never=facts.never, horizon_days=HORIZON_DAYS), facts)
    late_in = late_after_days(cases) - waited
    due = [_due_date(line, facts, float(cases[row].mean())) for row, line in enumerate(lines)]
    until_due = np.array([max(float((day - facts.today).days + 1), 0.0) for day in due])
    ahead = [chance_within(cases, waited, np.full(len(lines), days), never=facts.never) for days in ODDS_DAYS]
    by_due = chance_within(cases, waited, until_due, never=facts.never)
    found = []
    for row, line in enumerate(lines):
        late_from = facts.moment + timedelta(days=float(late_in[row]))
        found.append(
            WatchedLine(
                line=line,
                waited_days=float(waited[row]),
                late_from=late_from,
                due_date=due[row],
                chance_by_due=float(by_due[row]),
                chances=tuple(float(chance[row]) for chance in ahead),
                arrival_days=remaining[row],
                signs=signs_of(line, moment=facts.moment, late_from=late_from, time_zone=facts.time_zone),
            )
        )
    return found


def unanswered_orders(watched: Sequence[WatchedLine], facts: Facts) -> list[tuple[Sign, list[WatchedLine]]]:
    """Return each order whose supplier keeps silent for too long, with its lines; ``watched`` is by order number.

    An order of which a line is late already is put before people for that.
    """
    closed: dict[str, list[tuple[date, date]]] = {}
    for closure in facts.calendar.closures:
        closed.setdefault(closure.supplier, []).append((closure.first_date, closure.last_date))
    found = []
    for _, group in groupby(watched, key=lambda one: one.line.po_number):
        of_order = list(group)
        if any(one.signs or not one.line.units_to_come for one in of_order):
            continue
        sign = unanswered(
            [one.line for one in of_order],
            moment=facts.moment,
            closed=closed.get(of_order[0].line.supplier_id, ()),
            time_zone=facts.time_zone,
        )
        if sign:
            found.append((sign, of_order))
    return found


def waiting_for(
    watched: WatchedLine, sign: Sign, everything: Mapping[Place, Sequence[WatchedLine]], facts: Facts
) -> Waiting | None:
    """Return what the risk of a sign is reckoned from, ``None`` of an item that the plan does not know.

    ``everything`` holds all lines under way by place: what else comes meanwhile.
    """
    item = facts.items.get(watched.place)
    if item is None:
        return None
    since = facts.days_since_plan
    anew = _anew_days(watched.line, item, facts)
    comes = [(other.median_days + since, other.line.units_to_come) for other in everything[watched.place]
             if other is not watched and other.line.units_to_come]  # fmt: skip
    rest = watched.line.units_to_come if sign.needs_new_order else watched.line.units_to_come - sign.units
    if rest > 0:  # the line's own other units
        comes.append((watched.median_days + since, rest))
    return Waiting(
        watched=watched,
        sign=sign,
        inputs=item,
        arrival_days=since + _arrival_of(watched, sign, anew, facts)[None, :],
        others=Arrivals(
            np.array([[day for day, _ in comes]], dtype=np.float64),
            np.array([[units for _, units in comes]], dtype=np.float64),
        ),
        anew_days=anew,
        from_plan_days=since,
    )


def risks(waiting: Sequence[Waiting]) -> Risk:
    """Return the risk of each, in one go."""
    widest = max((one.others.days.shape[1] for one in waiting), default=0)
    return supply_risk(
        stack_inputs([one.inputs for one in waiting]),
        np.concatenate([one.arrival_days for one in waiting]),
        Arrivals(
            np.concatenate([widened(one.others.days, widest) for one in waiting]),
            np.concatenate([widened(one.others.units, widest) for one in waiting]),
        ),
    )


def sooner(waiting: Waiting, arrival_days: FloatArray) -> Waiting:
    """Return the same with other days of arrival, ``(12,)`` from the plan date on."""
    return replace(waiting, arrival_days=arrival_days[None, :])


def helped_by(waiting: Waiting, *, days: float, units: float) -> Waiting:
    """Return the same with another delivery in so many days from now."""
    others = waiting.others
    return replace(
        waiting,
        others=Arrivals(
            np.append(others.days, [[waiting.from_plan_days + days]], axis=1),
            np.append(others.units, [[units]], axis=1),
        ),
    )


def _anew_days(line: OpenLine, item: DecisionInputs, facts: Facts) -> FloatArray:
    usual = facts.lead_times.get(line.supplier_id, item.lead_time_cases_days[0])
    days = _with_delays([line], usual[None, :], facts)[0]
    return np.asarray(np.minimum(days, HORIZON_DAYS), dtype=np.float64)


def _arrival_of(watched: WatchedLine, sign: Sign, anew: FloatArray, facts: Facts) -> FloatArray:
    """Return ``(12,)`` days from now until the units that a sign is about are there, if nobody does more than usual.

    A supplier's promise is a date before which nothing comes: what it has taken so far says how much later.
    """
    line = watched.line
    if sign.needs_new_order:
        days = anew
    elif sign.kind != "backordered_supply":
        days = watched.arrival_days
    elif line.backorder_date is None:
        days = np.maximum(anew, watched.arrival_days)
    else:
        days = np.maximum(watched.arrival_days, float((line.backorder_date - facts.today).days))
    return np.asarray(np.minimum(days, HORIZON_DAYS), dtype=np.float64)


def _waited_days(lines: Sequence[OpenLine], facts: Facts) -> FloatArray:
    """Return how long each line has been out, without the days on which nothing moved."""
    days = np.array([max((facts.moment - line.sent_at) / timedelta(days=1), 0.01) for line in lines])
    if not facts.calendar:
        return days
    return days_without_delays(
        days,
        np.zeros(days.size),
        np.ones(days.size, dtype=np.bool_),
        np.array([line.supplier_id for line in lines]),
        np.array([line.lane or "" for line in lines]),
        facts.calendar,
        np.datetime64(facts.today, "D"),
    )


def _with_delays(lines: Sequence[OpenLine], days: FloatArray, facts: Facts) -> FloatArray:
    """Return ``days (n, 12)`` from now with the closed days and peaks that they meet."""
    met = days.copy()
    for row, line in enumerate(lines):
        item = facts.items.get((line.sku, line.location_id))
        if item is not None and item.delay_from_days.shape[1]:
            since = np.array([facts.days_since_plan])
            delays = Delays(item.delay_from_days, item.delay_until_days, item.delay_most_days)
            met[row] = delayed(days[row][None, :], since, delays)[0]
    return met


def _due_date(line: OpenLine, facts: Facts, usual_days: float) -> date:
    usual = (line.sent_at + timedelta(days=usual_days)).astimezone(facts.time_zone).date()
    return line.backorder_date or line.promised_date or line.requested_date or usual
