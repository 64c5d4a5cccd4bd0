"""How the store's shoppers answer to prices, and the markdowns that its planners once tried.

The source's sales answer to nothing that is planned here, so the answer is simulated: on days with a lower price each
order line of a product that was marked down asks for more, at that price. The units that these lines sell on top lay
there from the first day, bought too many: so no other sale, order to a supplier or stock of a later day moves.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import numpy as np

from sample_store.draws import uniform
from sample_store.local_time import local_moment
from sample_store.world.catalogue import Product
from sample_store.world.demand import WISH, Demand
from sample_store.world.outcome import Outcome
from sample_store.world.source import SourceLines
from sample_store.world.tables import Column, Integers

ELASTICITY = {
    "bags": 0.7,
    "christmas": 1.2,
    "garden": 1.6,
    "home": 2.8,
    "jewellery": 2.4,
    "kitchen": 3.0,
    "lighting": 2.0,
    "party": 1.2,
    "signs and frames": 1.6,
    "stationery": 2.4,
    "storage": 2.4,
    "textiles": 3.0,
    "toys": 0.7,
}
"""Percent more units for one percent less price; no file and no answer of the store tells. What a promotion sold on top
is taken to be in the source's sales already."""


@dataclass(frozen=True)
class Markdown:
    """A price that planners set for some days on what lay too high in a category."""

    category: str
    first_day: date
    last_day: date
    percent_off: int
    why: str
    who: str

    @property
    def over(self) -> int:
        """Return the moment from which it holds no longer."""
        return _midnight(self.last_day + timedelta(days=1))

    def holds(self, at: int) -> bool:
        """Say whether a moment lies within its days."""
        return _midnight(self.first_day) <= at < self.over


MARKDOWNS = (
    Markdown("home", date(2011, 1, 17), date(2011, 2, 13), 35, "room for spring", "home buyer"),
    Markdown("home", date(2011, 3, 14), date(2011, 4, 10), 25, "what winter left", "home buyer"),
    Markdown("stationery", date(2011, 1, 24), date(2011, 2, 20), 40, "old designs", "head of buying"),
    Markdown("stationery", date(2011, 4, 4), date(2011, 5, 1), 30, "old designs", "head of buying"),
    Markdown("lighting", date(2011, 2, 7), date(2011, 3, 6), 40, "the days grow longer", "lighting buyer"),
    Markdown("signs and frames", date(2011, 2, 14), date(2011, 3, 13), 35, "new range", "head of buying"),
)


@dataclass(frozen=True)
class Answers:
    """What the markdowns changed."""

    units: Integers
    """One value per line of the source: what it sold on top."""
    unit_price: Column
    """One value per line of the source: what was paid."""
    opening_units: Integers
    """One value per item (``product * 3 + location``): what lay there on top on the first day."""
    was_marked_down: Column
    """``(len(MARKDOWNS), products)``."""


def times_wanted(category: str, share_off: float) -> float:
    """Return how many times as much of a category is wanted at a share off its price.

    >>> round(times_wanted("lighting", 0.5), 2)
    4.0
    """
    return float((1.0 - share_off) ** -ELASTICITY[category])


def answers_to_prices(
    source: SourceLines, demand: Demand, products: Sequence[Product], product_of: dict[str, int], outcome: Outcome
) -> Answers:
    """Return what ``MARKDOWNS`` change of a half-year that went as ``outcome`` says without them."""
    was_marked_down = _marked_down(source, products, outcome)
    markdowns_of: dict[int, list[Markdown]] = defaultdict(list)
    for markdown, is_down in zip(MARKDOWNS, was_marked_down, strict=True):
        for number in np.flatnonzero(is_down).tolist():
            markdowns_of[number].append(markdown)
    taken_back = {refund.line_row for refund in outcome.refunds}
    extra, price = np.zeros(len(source.sku), np.int64), source.unit_price.copy()
    opening = np.zeros(len(products) * 3, np.int64)
    rows = zip(source.sku, source.at.tolist(), demand.kind.tolist(), demand.location.tolist(), strict=True)
    for row, (sku, at, kind, location) in enumerate(rows):
        number = product_of.get(sku, -1)
        # What came back stays as it was: an order that was cancelled whole would be so no longer.
        if kind != WISH or number not in markdowns_of or row in taken_back:
            continue
        for markdown in markdowns_of[number]:
            if not markdown.holds(at):
                continue
            share_off, sold = markdown.percent_off / 100, outcome.sold_units[row]
            times = times_wanted(markdown.category, share_off)
            extra[row] = math.floor(sold * times + uniform("answer to a price", row)) - sold
            price[row] = round(float(price[row]) * (1 - share_off), 2)
            opening[number * 3 + location] += extra[row]
    return Answers(extra, price, opening, was_marked_down)


def with_answers(outcome: Outcome, answers: Answers) -> Outcome:
    """Return what happened, with what the markdowns sold on top."""
    extra = answers.units.tolist()
    return replace(
        outcome,
        sold_units=[units + more for units, more in zip(outcome.sold_units, extra, strict=True)],
        wholesale=[
            each._replace(units=each.units + extra[each.row]) if each.units > 0 else each for each in outcome.wholesale
        ],
    )


def _marked_down(source: SourceLines, products: Sequence[Product], outcome: Outcome) -> Column:
    """Return ``(len(MARKDOWNS), products)`` what was marked down: all that was never short until the days were over.

    Had it been short, the units that are sold on top would have lain there while a shopper went without.
    """
    first_short: dict[int, int] = {}
    for row, number, _ in outcome.lost_rows:
        first_short.setdefault(number, int(source.at[row]))
    return np.array(
        [
            [
                each.category == markdown.category and first_short.get(each.number, markdown.over) >= markdown.over
                for each in products
            ]
            for markdown in MARKDOWNS
        ],
        np.bool_,
    )


@cache
def _midnight(day: date) -> int:
    return local_moment(day, 0)
