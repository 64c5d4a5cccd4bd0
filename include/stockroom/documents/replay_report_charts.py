"""Charts as plain SVG geometry: numbers in, places on the paper out. No script, no font, nothing from outside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

WIDTH, HEIGHT = 980, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 14, 30
LABEL_GAP = 16.0
_MONTHS_WORTH = 45


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Curve:
    """One named line."""

    name: str
    points: str
    """As ``polyline`` wants it."""
    end_y: float
    label_y: float
    """Where its name stands, clear of the others."""


@dataclass(frozen=True)
class LineChart:
    """Curves over days, their names at the right end."""

    curves: Sequence[Curve]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]


@dataclass(frozen=True)
class Dot:
    """One policy on the frontier."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Frontier:
    """Dots, those of one family joined in the order of their targets."""

    families: Mapping[str, Sequence[Dot]]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]


def line_chart(first: date, series: Mapping[str, Numbers]) -> LineChart:
    """Return the chart of daily numbers, (j,) each, from zero up."""
    days = max(len(values) for values in series.values())
    top = max(float(values.max(initial=0.0)) for values in series.values()) or 1.0
    ticks = nice_ticks(0.0, top)
    high = ticks[-1]
    across = np.linspace(LEFT, WIDTH - RIGHT, days) if days > 1 else np.array([float(LEFT)])
    places = {name: _down(values, 0.0, high) for name, values in series.items()}
    labels = spread([float(place[-1]) for place in places.values()])
    return LineChart(
        curves=[
            Curve(name, _polyline(across, place), round(float(place[-1]), 1), label)
            for (name, place), label in zip(places.items(), labels, strict=True)
        ],
        x_ticks=_day_ticks(first, days, across),
        y_ticks=_value_ticks(ticks, 0.0, high),
    )


def frontier(families: Mapping[str, Sequence[tuple[str, float, float]]]) -> Frontier:
    """Return the chart of ``(name, stock, cost)`` by family; both axes span what there is."""
    stock = [x for dots in families.values() for _, x, _ in dots]
    cost = [y for dots in families.values() for _, _, y in dots]
    x_ticks, y_ticks = nice_ticks(min(stock), max(stock)), nice_ticks(min(cost), max(cost))
    return Frontier(
        families={
            family: [
                Dot(name, _rounded(_right(x, x_ticks)), _rounded(_down(y, y_ticks[0], y_ticks[-1])))
                for name, x, y in dots
            ]
            for family, dots in families.items()
        },
        x_ticks=[Tick(_rounded(_right(value, x_ticks)), short(value)) for value in x_ticks],
        y_ticks=_value_ticks(y_ticks, y_ticks[0], y_ticks[-1]),
    )


def nice_ticks(low: float, high: float, *, about: int = 5) -> list[float]:
    """Return round numbers from under ``low`` to above ``high``, about as many as asked for.

    >>> nice_ticks(0, 870), nice_ticks(3.2, 4.1)
    ([0.0, 200.0, 400.0, 600.0, 800.0, 1000.0], [3.2, 3.4, 3.6, 3.8, 4.0, 4.2])
    """
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span / about))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= about)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def short(value: float) -> str:
    """Return a number for an axis.

    >>> short(1250000), short(40000), short(2500), short(12), short(0.5)
    ('1.25m', '40k', '2.5k', '12', '0.5')
    """
    for unit, name in ((1e6, "m"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:.4g}{name}"
    return f"{value:.4g}"


def spread(places: Sequence[float], *, gap: float = LABEL_GAP) -> list[float]:
    """Return the places moved down as little as keeps them ``gap`` apart, in their own order.

    >>> spread([50, 10, 52])
    [50, 10, 66.0]
    """
    moved, lowest = list(places), -math.inf
    for index in sorted(range(len(places)), key=lambda number: places[number]):
        moved[index] = places[index] if places[index] >= lowest + gap else lowest + gap
        lowest = moved[index]
    return moved


def weekly_mean(values: Numbers) -> Numbers:
    """Return the mean of each day and up to six before it.

    >>> weekly_mean(np.array([7.0, 0.0, 2.0])).tolist()
    [7.0, 3.5, 3.0]
    """
    summed = np.concatenate([[0.0], values.cumsum()])
    ends = np.arange(1, values.size + 1)
    starts = np.maximum(ends - 7, 0)
    return np.asarray((summed[ends] - summed[starts]) / (ends - starts), dtype=np.float64)


def _day_ticks(first: date, days: int, across: Numbers) -> list[Tick]:
    """Return the first of each month, or each Monday of a short window."""
    every_day = [first + timedelta(days=number) for number in range(days)]
    is_marked = [day.day == 1 if days > _MONTHS_WORTH else day.weekday() == 0 for day in every_day]
    return [
        Tick(_rounded(across[number]), f"{every_day[number].day} {every_day[number]:%b}")
        for number in range(days)
        if is_marked[number]
    ]


def _value_ticks(values: Sequence[float], low: float, high: float) -> list[Tick]:
    return [Tick(_rounded(_down(value, low, high)), short(value)) for value in values]


def _right(value: float, ticks: Sequence[float]) -> float:
    return LEFT + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (WIDTH - LEFT - RIGHT)


def _down(value: Numbers | float, low: float, high: float) -> Numbers:
    """Return the place on the paper: its zero is at the top."""
    return np.asarray(HEIGHT - BOTTOM - (np.asarray(value) - low) / (high - low) * (HEIGHT - BOTTOM - TOP))


def _polyline(across: Numbers, down: Numbers) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across.tolist(), down.tolist(), strict=True))


def _rounded(place: Numbers | float) -> float:
    return round(float(place), 1)
