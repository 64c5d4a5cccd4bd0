"""What those who are told of a restock are expected to buy, and whether one more may be told on that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from stockroom.planning.arrays import FloatArray, IntArray, TextArray, floats, integers, texts

ASSUMED_BUYERS = 10
"""With so many people who all follow the link and buy a shop begins: what it learns lowers the shares from one."""
LIKE_THE_SHOP = 30
"""A category's own share counts as much as its shop's once so many of it were told."""
LIKE_THE_CATEGORY = 100
"""The same for a product, whose restock may be wanted more or less than others of its category. More of them: its
first hours also look poor where its buyers only come later than others."""
FEWEST_BUYERS = 5
"""Until so many orders named their notice, a shop has not shown that its orders can."""
ASSUMED_HOURS, ASSUMED_LOG_SD, ASSUMED_TIMES = 2.0, 1.5, 10
"""From notice to purchase, as long as less than that many purchases say otherwise."""
DOUBTED_LIKE = 20
"""As from so many people its share is known before anything is heard of it: products differ."""
MET_BY_AIMING_AT = 0.1
"""A look that expects few before an empty shelf tells more people; one that expects too many can call nobody back, and
others buy beside. So looks that each aimed at the share that is allowed would miss it; this much of it keeps it
(`bench_waves.py`)."""
MOST_PEOPLE_A_UNIT = 8
"""However few are expected to buy: a share learned from other products may be wrong for this one."""
USUAL_SOLD_OUT_SHARE = 0.05


@dataclass(frozen=True)
class Take:
    """What is expected of those who are told of a product."""

    share: float
    """Of those told who buy."""
    people: float
    """How many people the share rests on."""
    visits_per_buyer: float
    """People who follow the link for one who buys: so many find it sold out for each unit that is missing."""
    log_hours: float
    log_hours_sd: float

    def heard(self, hours: FloatArray) -> FloatArray:
        """Return the share of buyers who have bought so many hours after they were told (log-normal)."""
        with np.errstate(divide="ignore"):
            return np.asarray(ndtr((np.log(hours) - self.log_hours) / self.log_hours_sd), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class PastNotices:
    """What became of notices whose time has passed, one row a category."""

    category: TextArray
    told: IntArray
    followed: IntArray
    bought: IntArray
    log_hours: FloatArray
    """Sum of the logarithms of hours from notice to purchase; and of their squares."""
    log_hours_squares: FloatArray

    def __post_init__(self) -> None:
        n = np.asarray(self.category).size
        object.__setattr__(self, "category", texts("category", self.category, (n,)))
        for field in ("told", "followed", "bought"):
            object.__setattr__(self, field, integers(field, getattr(self, field), (n,)))
        for field in ("log_hours", "log_hours_squares"):
            object.__setattr__(self, field, floats(field, getattr(self, field), (n,), least=None))


@dataclass(frozen=True)
class Takes:
    """What a shop has learned."""

    shop: Take
    by_category: Mapping[str, Take]

    def of(self, category: str) -> Take:
        """Return what is expected of a product of a category; of one that is new, what the shop's are."""
        return self.by_category.get(category, self.shop)


def learn_takes(past: PastNotices) -> Takes | None:
    """Return what those who are told do; ``None`` while too little is known: then one person a unit is told.

    Shares are shrunk level by level, ``(m parent + counted) / (m + told)``: the shop's to all, a category's to its
    shop's; hours to buy likewise. A shop's orders that never named a notice, or links that nobody follows although
    people buy by them, say that this is not measured there, and not that nobody buys.

    >>> past = PastNotices(category=["Lights", "Mugs"], told=[500, 10], followed=[150, 0], bought=[30, 0],
    ...                    log_hours=[0.0, 0.0], log_hours_squares=[0.0, 0.0])
    >>> takes = learn_takes(past)
    >>> round(takes.shop.share, 3), round(takes.of("Lights").share, 3), round(takes.of("Mugs").share, 3)
    (0.077, 0.061, 0.058)
    >>> learn_takes(PastNotices(category=["Lights"], told=[500], followed=[150], bought=[0],
    ...                         log_hours=[0.0], log_hours_squares=[0.0])) is None
    True
    """
    told, followed, bought = int(past.told.sum()), int(past.followed.sum()), int(past.bought.sum())
    if bought < FEWEST_BUYERS or followed < bought:
        return None
    share = (ASSUMED_BUYERS + bought) / (ASSUMED_BUYERS + told)
    visits = (ASSUMED_BUYERS + followed) / (ASSUMED_BUYERS + told)
    mean, variance = _shrunk_hours(
        np.array([bought]),
        np.array([past.log_hours.sum()]),
        np.array([past.log_hours_squares.sum()]),
        mean=math.log(ASSUMED_HOURS),
        variance=ASSUMED_LOG_SD**2,
    )
    shop = Take(share, ASSUMED_BUYERS + told, visits / share, float(mean[0]), math.sqrt(variance[0]))
    strength = LIKE_THE_SHOP + past.told
    shares = (LIKE_THE_SHOP * share + past.bought) / strength
    visits_per_buyer = np.maximum((LIKE_THE_SHOP * visits + past.followed) / strength / shares, 1.0)
    means, variances = _shrunk_hours(
        past.bought, past.log_hours, past.log_hours_squares, mean=shop.log_hours, variance=shop.log_hours_sd**2
    )
    rows = np.column_stack([shares, strength, visits_per_buyer, means, np.sqrt(variances)]).tolist()
    return Takes(shop, {name: Take(*row) for name, row in zip(past.category.tolist(), rows, strict=True)})


def _shrunk_hours(
    count: IntArray, total: FloatArray, squares: FloatArray, *, mean: float, variance: float
) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of the logarithm of hours to buy, with ``ASSUMED_TIMES`` of the parent's among them."""
    own = total / np.maximum(count, 1)
    spread = np.maximum(squares - count * own**2, 0.0)
    between = ASSUMED_TIMES * count / (ASSUMED_TIMES + count) * (own - mean) ** 2
    return (
        (ASSUMED_TIMES * mean + total) / (ASSUMED_TIMES + count),
        (ASSUMED_TIMES * variance + spread + between) / (ASSUMED_TIMES + count),
    )


@dataclass(frozen=True, eq=False)
class Told:
    """Who was told of a SKU within the time for which units are held in mind, one row a group."""

    quantity: IntArray
    """What each of them wants."""
    people: IntArray
    hours: FloatArray
    """Since they were told; 0: the message has not left."""
    bought: IntArray
    found_sold_out: IntArray

    def __post_init__(self) -> None:
        n = np.asarray(self.quantity).size
        for field in ("quantity", "people", "bought", "found_sold_out"):
            object.__setattr__(self, field, integers(field, getattr(self, field), (n,)))
        object.__setattr__(self, "hours", floats("hours", self.hours, (n,)))


NOBODY = Told(*(np.zeros(0, dtype=np.int64),) * 2, np.zeros(0), *(np.zeros(0, dtype=np.int64),) * 2)


@dataclass(frozen=True)
class Expected:
    """What those who were told of a SKU may still buy."""

    take: Take | None
    """``None``: nothing is learned, and everybody is counted on to buy what they want."""
    wanted: int = 0
    """Units that they want who have not bought."""
    units: float = 0.0
    """Of these the units that will be bought, on average."""
    variance: float = 0.0
    """What chance alone adds, if the share were known."""
    buyers: float = 0.0
    unheard: float = 0.0
    """Units that they want of whom nothing could be heard yet."""
    people: int = 0
    """How many were told, those who bought included."""
    found_sold_out: int = 0

    def told_also(self, quantity: int, *, people: int = 1) -> Expected:
        """Return what is expected once so many more are told who want ``quantity`` each."""
        share = 1.0 if self.take is None else self.take.share
        units = quantity * people
        return replace(
            self,
            wanted=self.wanted + units,
            units=self.units + share * units,
            variance=self.variance + share * (1 - share) * quantity * units,
            buyers=self.buyers + share * people,
            unheard=self.unheard + units,
            people=self.people + people,
        )

    @property
    def sd(self) -> float:
        """Return the standard deviation of the units: chance, and what is not known of the share (beta-binomial)."""
        if self.take is None:
            return 0.0
        alike = 1 / (self.take.people + 1)
        doubt = (1 - self.take.share) / self.take.share * self.units**2
        return math.sqrt(self.variance * (1 - alike) + doubt * alike)

    def finds_sold_out(self, units: int) -> float:
        """Return the share of those told who are expected to follow the link to an empty shelf.

        ``units`` are on it now. ``E[(X - units)+] = sd G(z)`` is missing of what they want (FORMULAS, 6), and for each
        buyer who finds nothing ``visits_per_buyer`` people do. Those who did already count too.
        """
        if self.take is None or self.wanted <= units or not self.sd:
            lack = max(self.units - units, 0.0) if self.wanted > units else 0.0
        else:
            z = (units - self.units) / self.sd
            density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            lack = self.sd * (density - z * float(ndtr(-z)))
        visits = 1.0 if self.take is None else self.take.visits_per_buyer
        missed = lack * visits * self.buyers / self.units if lack else 0.0
        return (self.found_sold_out + missed) / self.people if self.people else 0.0

    def fits(self, units: int, *, sold_out_share: float) -> bool:
        """Return whether so many units do for all who were told.

        They do where there is one for each that is wanted. Where a take is learned they also do as long as so few of
        those told are expected to find it sold out that in the end fewer than ``sold_out_share`` of them will have.
        """
        if self.wanted <= units:
            return True
        return (
            self.take is not None
            and self.unheard <= most_people_a_unit(sold_out_share) * units
            and self.finds_sold_out(units) <= MET_BY_AIMING_AT * sold_out_share
        )


def most_people_a_unit(sold_out_share: float) -> int:
    """Return how many are told for each unit at most until they are heard of: more where more may find it sold out.

    >>> most_people_a_unit(0.0), most_people_a_unit(0.05), most_people_a_unit(0.2)
    (8, 8, 32)
    """
    return round(MOST_PEOPLE_A_UNIT * max(1.0, sold_out_share / USUAL_SOLD_OUT_SHARE))


def expected_of(take: Take | None, told: Told) -> Expected:
    """Return what those told may still buy. What they did so far is evidence on the product's own share.

    Who was told ``h`` hours ago and has not bought buys with ``p (1 - F) / (1 - p F)``, where ``F`` is the share of
    buyers who have bought after ``h`` hours. Without a take everybody is waited for until the time is over.

    >>> take = Take(share=0.1, people=1_000, visits_per_buyer=4, log_hours=0.0, log_hours_sd=1.0)
    >>> an_hour_ago = Told(quantity=[1], people=[60], hours=[1.0], bought=[3], found_sold_out=[0])
    >>> expected = expected_of(take, an_hour_ago)
    >>> expected.take.share, round(expected.units, 2), expected.wanted
    (0.1, 3.0, 57)
    """
    waiting = told.people - told.bought
    wanted = int(waiting @ told.quantity)
    people, found = int(told.people.sum()), int(told.found_sold_out.sum())
    if take is None:
        return Expected(None, wanted, wanted, 0.0, int(waiting.sum()), wanted, people, found)
    heard = take.heard(told.hours)
    bought = int(told.bought.sum())
    evidence = max(float(told.people @ heard), bought)
    strength = LIKE_THE_CATEGORY + evidence
    own = replace(
        take,
        share=(LIKE_THE_CATEGORY * take.share + bought) / strength,
        people=min(take.people, DOUBTED_LIKE + evidence),
    )
    still = own.share * (1 - heard) / (1 - own.share * heard)
    buyers = still * waiting
    return Expected(
        take=own,
        wanted=wanted,
        units=float(buyers @ told.quantity),
        variance=float((buyers * (1 - still)) @ told.quantity**2),
        buyers=float(buyers.sum()),
        unheard=float(((1 - heard) * waiting) @ told.quantity),
        people=people,
        found_sold_out=found,
    )
