"""The report of a replay: one page for people, JSON for programs; both say how the numbers came about."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from jinja2 import Template

from stockroom.documents import formats
from stockroom.documents import replay_report_charts as charts
from stockroom.documents.pages import page_template
from stockroom.replay import CLAIRVOYANT, OURS, STORE, Interval, Outcome, Replay, Totals, items_done_worse, totals

ITEMS_SHOWN = 20
"""A page is read by a person; the JSON beside it holds every item."""
SINGLE_COLOURS = {OURS: "#1d4ed8", STORE: "#52606d", CLAIRVOYANT: "#15803d"}
FAMILY_COLOURS = ("#c2410c", "#9333ea", "#ca8a04", "#0891b2", "#db2777", "#65a30d", "#7f5539")


@dataclass(frozen=True, eq=False)
class ReplayReport:
    """A replay and what a reader must know to believe it."""

    company: str
    currency: str
    first: date
    last: date
    seed: int
    replay: Replay
    sku: npt.NDArray[np.str_]
    title: npt.NDArray[np.str_]
    location_id: npt.NDArray[np.str_]
    imputed_day_share: float
    """Of the judged days, those whose demand is drawn because stock had run out."""
    imputed_unit_share: float
    """Of the units demanded on judged days, those that nobody saw being bought."""
    left_out: Mapping[str, int]
    """SKU-locations that were not replayed, by reason."""


@dataclass(frozen=True)
class PolicyLine:
    """One row of the table of policies."""

    name: str
    totals: Totals
    over_clairvoyant: float
    saving: Interval | None
    """What ours saves against it, as a share of its cost."""
    colour: str


@dataclass(frozen=True)
class WorseItem:
    """An item on which ours cost more than another policy."""

    sku: str
    title: str
    location_id: str
    our_cost: float
    other_cost: float
    our_units_lost: int
    other_units_lost: int
    our_stock_value: float
    other_stock_value: float

    @property
    def more(self) -> float:
        """Return how much more ours cost."""
        return self.our_cost - self.other_cost


@dataclass(frozen=True)
class WorseThan:
    """All items on which ours cost more than one other policy, most money first."""

    name: str
    items: Sequence[WorseItem]

    @property
    def more(self) -> float:
        """Return how much more they cost together."""
        return sum(item.more for item in self.items)


def replay_file_name(first: date, last: date, suffix: str) -> str:
    """Return the report's file name, by its judged days.

    >>> replay_file_name(date(2011, 4, 1), date(2011, 6, 29), "html")
    'replay-2011-04-01-to-2011-06-29.html'
    """
    return f"replay-{first}-to-{last}.{suffix}"


def replay_html(report: ReplayReport) -> bytes:
    """Return the report as one HTML page with its charts inside; whatever comes out of data is escaped."""
    replay = report.replay
    return (
        _template()
        .render(
            report=report,
            replay=replay,
            costs=replay.scenario.costs,
            ours=None if replay.ours is None else _policy_line(replay, replay.ours),
            best=None if replay.best_other is None else _policy_line(replay, replay.best_other),
            store=None if replay.store is None else _policy_line(replay, replay.store),
            lines=sorted(_policy_lines(replay), key=lambda line: line.totals.cost),
            bound=_policy_line(replay, replay.clairvoyant),
            frontier=_frontier(replay),
            stock=_chart(report, lambda outcome: outcome.stock_value_by_day),
            stockouts=_chart(report, lambda outcome: charts.weekly_mean(outcome.stockouts_by_day.astype(np.float64))),
            colours=_colours(replay),
            worse=_worse(report),
            shown=ITEMS_SHOWN,
            paper=charts,
            json_name=replay_file_name(report.first, report.last, "json"),
        )
        .encode()
    )


def replay_json(report: ReplayReport) -> bytes:
    """Return the report as JSON: money and shares as numbers, days oldest first, items by name."""
    replay = report.replay
    policies = [_policy_facts(line, outcome) for line, outcome in _with_outcomes(replay)]
    facts = {
        "first_date": report.first,
        "last_date": report.last,
        "seed": report.seed,
        "currency": report.currency,
        "items": replay.scenario.items,
        "left_out": dict(report.left_out),
        "imputed_day_share": report.imputed_day_share,
        "imputed_unit_share": report.imputed_unit_share,
        "costs": asdict(replay.scenario.costs),
        "review_days": replay.scenario.review_days,
        "replan_days": replay.scenario.replan_days,
        "policies": policies,
        "done_worse": [
            {"than": worse.name, "items": [{**asdict(item), "more": item.more} for item in worse.items]}
            for worse in _worse(report)
        ],
    }
    return (json.dumps(_plain(facts), indent=1, ensure_ascii=False) + "\n").encode()


def _policy_lines(replay: Replay) -> list[PolicyLine]:
    return [_policy_line(replay, outcome) for outcome in replay.outcomes]


def _policy_line(replay: Replay, outcome: Outcome) -> PolicyLine:
    return PolicyLine(
        name=outcome.name,
        totals=totals(outcome),
        over_clairvoyant=replay.over_clairvoyant(outcome),
        saving=replay.saving.get(outcome.name),
        colour=_colours(replay)[_family(outcome.name)],
    )


def _with_outcomes(replay: Replay) -> list[tuple[PolicyLine, Outcome]]:
    return [(_policy_line(replay, outcome), outcome) for outcome in (*replay.outcomes, replay.clairvoyant)]


def _policy_facts(line: PolicyLine, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": line.name,
        **asdict(line.totals),
        "over_clairvoyant": line.over_clairvoyant,
        "saved_by_ours": None if line.saving is None else asdict(line.saving),
        "stock_value_by_day": outcome.stock_value_by_day.tolist(),
        "stockouts_by_day": outcome.stockouts_by_day.tolist(),
    }


def _worse(report: ReplayReport) -> list[WorseThan]:
    """Return where ours did worse than the best rival, and than the store itself."""
    replay = report.replay
    if replay.ours is None:
        return []
    others = (replay.best_other, replay.store)
    return [_worse_than(report, replay.ours, other) for other in others if other is not None]


def _worse_than(report: ReplayReport, ours: Outcome, other: Outcome) -> WorseThan:
    return WorseThan(
        other.name,
        [
            WorseItem(
                sku=str(report.sku[row]),
                title=str(report.title[row]),
                location_id=str(report.location_id[row]),
                our_cost=float(ours.cost[row]),
                other_cost=float(other.cost[row]),
                our_units_lost=int(ours.units_lost[row]),
                other_units_lost=int(other.units_lost[row]),
                our_stock_value=float(ours.average_stock_value[row]),
                other_stock_value=float(other.average_stock_value[row]),
            )
            for row in items_done_worse(ours, other).tolist()
        ],
    )


def _drawn(replay: Replay) -> list[Outcome]:
    """Return the outcomes worth a line over time: ours, the best rival, the store itself and the bound."""
    drawn = (replay.ours, replay.best_other, replay.store, replay.clairvoyant)
    return [outcome for outcome in drawn if outcome is not None]


def _chart(report: ReplayReport, by_day: Callable[[Outcome], charts.Numbers]) -> charts.LineChart:
    return charts.line_chart(report.first, {outcome.name: by_day(outcome) for outcome in _drawn(report.replay)})


def _frontier(replay: Replay) -> charts.Frontier:
    """Return the policies alone: store and clairvoyant lie so far off that all else would shrink to one dot."""
    families: dict[str, list[tuple[str, float, float]]] = {}
    for line in _policy_lines(replay):
        if line.name != STORE:
            dot = (line.name, line.totals.average_stock_value, line.totals.cost)
            families.setdefault(_family(line.name), []).append(dot)
    return charts.frontier(families)


def _family(name: str) -> str:
    """Return a policy's name without its target.

    >>> _family("both_variances 95%"), _family("the store itself")
    ('both_variances', 'the store itself')
    """
    return name.rsplit(" ", 1)[0] if name.endswith("%") else name


def _colours(replay: Replay) -> dict[str, str]:
    """Return each family's colour."""
    families = dict.fromkeys(_family(outcome.name) for outcome in (*replay.outcomes, replay.clairvoyant))
    others = [family for family in families if family not in SINGLE_COLOURS]
    colours = {family: FAMILY_COLOURS[number % len(FAMILY_COLOURS)] for number, family in enumerate(others)}
    return colours | {family: SINGLE_COLOURS[family] for family in families if family in SINGLE_COLOURS}


def _plain(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON can hold
    """Return the facts with dates as text and numbers to the cent or the ten-thousandth."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 4) if isinstance(value, float) else value


@functools.cache
def _template() -> Template:
    return page_template(
        "replay_report.html",
        money=lambda amount, currency: formats.money(Decimal(f"{amount:.2f}"), currency),
        whole_money=_whole_money,
        percent=_percent,
        reader_name=_reader_name,
        family=_family,
    )


def _percent(share: float, digits: int = 1) -> str:
    r"""Return a share in percent.

    >>> _percent(0.0043, 2), _percent(-0.073)
    ('0.43\xa0%', '\u22127.3\xa0%')
    """
    sign = "\N{MINUS SIGN}" if round(100 * share, digits) < 0 else ""
    return f"{sign}{abs(100 * share):.{digits}f}\N{NO-BREAK SPACE}%"


def _whole_money(amount: float, currency: str) -> str:
    """Return money without cents: a simulated thousand is not known to the penny.

    >>> _whole_money(171478.49, "GBP")
    '£171,478'
    """
    return formats.money(Decimal(round(amount)), currency).removesuffix(".00")


def _reader_name(name: str) -> str:
    r"""Return a policy's name as a sentence has it.

    >>> _reader_name("both_variances 95%"), _reader_name("stockroom")
    ('both variances 95\xa0%', 'Stockroom')
    """
    words = name.replace("_", " ").replace("%", "\N{NO-BREAK SPACE}%")
    return words.capitalize() if name == OURS else words
