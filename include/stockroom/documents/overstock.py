"""The weekly overstock digest: what is too much, what it ties up, and what to do, most money first."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from jinja2 import Template

from stockroom.documents.formats import money
from stockroom.documents.overstock_lines import AGE_BANDS, STILL_ON_ORDER, ActionLine, AgeBand, ItemLine, aged
from stockroom.documents.pages import page_template
from stockroom.documents.price_signals import price_signals_file_name
from stockroom.documents.workbook import xlsx_bytes
from stockroom.tabular.spreadsheet import Cell, csv_bytes

CSV_COLUMNS = (
    "plan_date", "rank", "sku", "title", "location_id", "action", "units", "percent", "to_location_id", "with_sku",
    "po_numbers", "gain", "gain_low", "gain_high", "takes_days", "value_tied_up", "monthly_carrying_cost", "currency",
    "reason", "assumes",
)  # fmt: skip
ITEM_COLUMNS = (
    "plan_date", "sku", "title", "location_id", "position_units", "on_order_units", "target_units", "excess_units",
    "days_of_supply", "stock_age_days", "idle_days", "is_dead", "value_tied_up", "monthly_carrying_cost", "currency",
)  # fmt: skip
AGE_COLUMNS = ("plan_date", "age", "items", "units", "value_tied_up", "monthly_carrying_cost", "currency")
LAST_COLUMNS = ("sku", "title", "location_id", "action", "units", "was_done", "gain", "brought", "currency")
LONGEST_DAYS_SHOWN = 3650
LINES_IN_DIGEST = 100
"""A digest is read on a Monday morning; the files beside it hold every line."""
MOVEMENTS_SHOWN, DEAD_SHOWN, DONE_SHOWN = 5, 10, 10


@dataclass(frozen=True)
class Movement:
    """An item whose money tied up changed since the last digest."""

    sku: str
    location_id: str
    title: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        """Return the change; above 0: more is tied up."""
        return self.after - self.before


@dataclass(frozen=True)
class LastDigest:
    """What the digest before this one held, and what came of it."""

    plan_date: date
    items: Sequence[ItemLine]
    actions: Sequence[ActionLine]
    """With ``was_done`` and ``brought`` as far as they are known."""

    @property
    def value_tied_up(self) -> Decimal:
        """Return the cost of all units beyond their targets then."""
        return sum((line.value_tied_up for line in self.items), Decimal(0))

    @property
    def done(self) -> Sequence[ActionLine]:
        """Return the actions that were done and brought something, or cost it, most money first."""
        done = [line for line in self.actions if line.was_done and line.brought is not None]
        return sorted(done, key=lambda line: -(line.brought or Decimal(0)))

    @property
    def brought(self) -> Decimal:
        """Return what they brought together."""
        return sum((line.brought or Decimal(0) for line in self.done), Decimal(0))


@dataclass(frozen=True)
class OverstockDigest:
    """All that is too much on one plan date, and what to do about it."""

    plan_date: date
    company: str
    currency: str
    lines: Sequence[ActionLine]
    """The most expected gain first."""
    items: Sequence[ItemLine] = ()
    """Most money first."""
    carrying_parts: Sequence[tuple[str, Decimal]] = ()
    """What holding stock costs where no policy says otherwise: what for, percent a year."""
    last: LastDigest | None = None
    signals: Mapping[str, int] = field(default_factory=dict)
    """How many SKUs have each price signal."""

    @property
    def value_tied_up(self) -> Decimal:
        """Return the cost of all units beyond their targets."""
        return sum((line.value_tied_up for line in self.lines), Decimal(0))

    @property
    def monthly_carrying_cost(self) -> Decimal:
        """Return what holding them costs a month."""
        return sum((line.monthly_carrying_cost for line in self.lines), Decimal(0))

    @property
    def gain(self) -> Decimal:
        """Return what the whole list is expected to gain."""
        return sum((line.gain for line in self.lines), Decimal(0))

    @property
    def dead(self) -> Sequence[ItemLine]:
        """Return what does not sell at all."""
        return [line for line in self.items if line.is_dead]

    @property
    def ages(self) -> Sequence[AgeBand]:
        """Return the excess by age, the youngest first; the bands add up to all items.

        An item's units here are as old as they are on average. What an order can still be stopped for has no age.
        """
        parts = [part for line in self.items for part in aged(line)]
        names = (STILL_ON_ORDER, *(name for _, name in AGE_BANDS))
        return [
            AgeBand(
                name,
                items=len(within),
                units=sum(part.units for part in within),
                value_tied_up=sum((part.value_tied_up for part in within), Decimal(0)),
                monthly_carrying_cost=sum((part.monthly_carrying_cost for part in within), Decimal(0)),
            )
            for name in names
            if (within := [part for part in parts if part.name == name])
        ]

    @property
    def movements(self) -> Sequence[Movement]:
        """Return the items whose money tied up changed most since the last digest, the greatest change first."""
        if self.last is None:
            return []
        before = {(line.sku, line.location_id): line for line in self.last.items}
        after = {(line.sku, line.location_id): line for line in self.items}
        joined = [
            Movement(
                *place,
                title=(after.get(place) or before[place]).title,
                before=before[place].value_tied_up if place in before else Decimal(0),
                after=after[place].value_tied_up if place in after else Decimal(0),
            )
            for place in before.keys() | after.keys()
        ]
        changed = [one for one in joined if one.change]
        return sorted(changed, key=lambda one: (-abs(one.change), one.sku, one.location_id))


def overstock_file_name(plan_date: date, suffix: str) -> str:
    """Return the digest's file name, by the ISO week of the plan date.

    >>> overstock_file_name(date(2011, 6, 30), "html")
    'overstock-2011-W26.html'
    """
    year, week, _ = plan_date.isocalendar()
    return f"overstock-{year}-W{week:02d}.{suffix}"


def overstock_csv(digest: OverstockDigest) -> bytes:
    """Return every action as CSV, columns ``CSV_COLUMNS``, safe to open in a spreadsheet."""
    return csv_bytes(CSV_COLUMNS, _action_rows(digest))


def overstock_xlsx(digest: OverstockDigest) -> bytes:
    """Return actions, items, their ages and what came of the last list as a workbook."""
    last = digest.last
    return xlsx_bytes(
        {
            "Actions": (CSV_COLUMNS, _action_rows(digest)),
            "Items": (ITEM_COLUMNS, [_item_row(digest, line) for line in digest.items]),
            "Ages": (AGE_COLUMNS, [_age_row(digest, band) for band in digest.ages]),
            "Last list": (LAST_COLUMNS, [_last_row(digest, line) for line in last.actions] if last else []),
        }
    )


def overstock_html(digest: OverstockDigest) -> bytes:
    """Return the digest as one HTML page for mail client and paper; whatever comes out of data is escaped."""
    actions: dict[str, tuple[int, Decimal, Decimal]] = {}
    for line in digest.lines:
        lines, value, gain = actions.get(line.action, (0, Decimal(0), Decimal(0)))
        actions[line.action] = (lines + 1, value + line.value_tied_up, gain + line.gain)
    return (
        _template()
        .render(
            digest=digest,
            week=overstock_file_name(digest.plan_date, "").removeprefix("overstock-").removesuffix("."),
            shown=digest.lines[:LINES_IN_DIGEST],
            actions=sorted(actions.items(), key=lambda action: (-action[1][2], -action[1][1])),
            movements=digest.movements[: 2 * MOVEMENTS_SHOWN],
            dead=digest.dead[:DEAD_SHOWN],
            done=digest.last.done[:DONE_SHOWN] if digest.last else [],
            carrying_percent=sum((percent for _, percent in digest.carrying_parts), Decimal(0)),
            csv_name=overstock_file_name(digest.plan_date, "csv"),
            xlsx_name=overstock_file_name(digest.plan_date, "xlsx"),
            signals_name=price_signals_file_name(digest.plan_date),
        )
        .encode()
    )


def _action_rows(digest: OverstockDigest) -> list[tuple[Cell, ...]]:
    return [
        (
            digest.plan_date,
            line.rank,
            line.sku,
            line.title,
            line.location_id,
            line.action,
            line.units,
            line.percent,
            line.to_location_id,
            line.with_sku,
            " ".join(line.po_numbers),
            line.gain,
            line.gain_low,
            line.gain_high,
            None if line.takes_days is None else round(line.takes_days, 1),
            line.value_tied_up,
            line.monthly_carrying_cost,
            digest.currency,
            line.reason,
            line.assumes,
        )
        for line in digest.lines
    ]


def _item_row(digest: OverstockDigest, line: ItemLine) -> tuple[Cell, ...]:
    return (
        digest.plan_date,
        line.sku,
        line.title,
        line.location_id,
        line.position_units,
        line.on_order_units,
        line.target_units,
        line.excess_units,
        None if line.days_of_supply is None else round(line.days_of_supply, 1),
        None if line.stock_age_days is None else round(line.stock_age_days, 1),
        line.idle_days,
        "yes" if line.is_dead else "no",
        line.value_tied_up,
        line.monthly_carrying_cost,
        digest.currency,
    )


def _age_row(digest: OverstockDigest, band: AgeBand) -> tuple[Cell, ...]:
    return (
        digest.plan_date, band.name, band.items, band.units, band.value_tied_up, band.monthly_carrying_cost,
        digest.currency,
    )  # fmt: skip


def _last_row(digest: OverstockDigest, line: ActionLine) -> tuple[Cell, ...]:
    done = {True: "yes", False: "no", None: ""}[line.was_done]
    return (
        line.sku, line.title, line.location_id, line.action, line.units, done, line.gain, line.brought, digest.currency,
    )  # fmt: skip


@functools.cache
def _template() -> Template:
    return page_template("overstock.html", lasts=_lasts, signed=_signed, plain=_plain)


def _lasts(days: float | None) -> str:
    """Return how long stock lasts, for a reader: nobody plans for decades."""
    if days is None:
        return "does not sell"
    return "over 10 years" if days > LONGEST_DAYS_SHOWN else f"{days:,.0f} days"


def _signed(amount: Decimal, currency: str) -> str:
    """Return a change of money: with its sign."""
    return f"+{money(amount, currency)}" if amount > 0 else money(amount, currency)


def _plain(percent: Decimal) -> str:
    """Return a percentage without needless digits.

    >>> _plain(Decimal("10.0")), _plain(Decimal("2.5"))
    ('10', '2.5')
    """
    return f"{float(percent):g}"
