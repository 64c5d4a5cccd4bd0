"""What a plan knew: copied from the marts once, under its plan date, and read from there ever after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning import ItemHistory, LeadTimeHistory, Policy
from stockroom.planning.policy_rules import PolicyBook, PolicyRule, UnusableRule, open_policy_book
from stockroom.warehouse.plans_arrays import use_numpy_arrays

HISTORY_DAYS = 3 * 365
"""The shape of the year shows from two years on; a third makes it steadier."""
_IN_STOCK, _SOLD_OUT, _OUT_ALL_DAY = 0, 1, 2
# A day in stock at its close, a day that ran out at an unknown hour, a day without stock.
_FRACTIONS = np.array([b"1  ,", b"NaN,", b"0  ,"])
_FLAGS = np.array([b"f,", b"t,"])
_RULE_TERMS = ("service_level", "service_kind", "method", "review_days", "target_days_of_supply", "is_seasonal")


class PlanNotReadyError(RuntimeError):
    """The marts do not show the day to be planned; the message says what to build."""


@dataclass(frozen=True)
class OrderingTerms:
    """How one SKU is bought today; needed for writing an order, not for deciding it."""

    supplier_sku: str | None
    unit_cost: Decimal
    currency: str


@dataclass(frozen=True)
class Freeze:
    """What freezing a day found beside the inputs themselves."""

    items: int
    ordering_terms: dict[str, OrderingTerms]
    """By SKU."""
    unusable_rules: tuple[UnusableRule, ...]


@dataclass(frozen=True, eq=False)
class FrozenInputs:
    """All that a plan is decided from; items are ordered by SKU and location."""

    plan_date: date
    sku: npt.NDArray[np.str_]
    location_id: npt.NDArray[np.str_]
    history: ItemHistory
    lead_times: LeadTimeHistory
    policies: Sequence[Policy]


def freeze_inputs(
    connection: psycopg.Connection, *, plan_date: date, time_zone: str, currency: str, default_policy: Policy
) -> Freeze:
    """Copy what the marts say about the plan date into ``plan.runs``, ``plan.inputs`` and ``plan.lead_times``.

    Only facts from before the plan date are taken, whatever else the marts may hold. The caller commits.

    Raises:
        PlanNotReadyError: the marts were not built for this plan date.
    """
    history_start = plan_date - timedelta(days=HISTORY_DAYS)
    items = _read_items(connection, plan_date, time_zone, currency, history_start)
    if not items:
        built = connection.execute("select max(as_of_date) from marts.fct_stock_positions").fetchone()
        shown = f"they show {built[0]}" if built and built[0] else "they are empty"
        raise PlanNotReadyError(
            f"the marts hold no stock positions of {plan_date}: {shown}. Build them for {plan_date} first"
        )
    book = _open_policy_book(connection, plan_date, default_policy)
    units, days = _panel(connection, items, plan_date, history_start)
    rows = list(_input_rows(items, units, days, book, plan_date, history_start, currency))
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode())
    run_policy = {
        "default": asdict(book.default),
        "lanes": {item.supplier_id: item.lane for item in items if item.lane},
    }
    connection.execute(
        "insert into plan.runs (plan_date, planned_at, inputs_sha256, policy, items) values (%s, now(), %s, %s, %s)",
        (plan_date, digest.hexdigest(), json.dumps(run_policy), len(rows)),
    )
    statement = """
        copy plan.inputs (
            plan_date, sku, location_id, supplier_id, category, first_date, units_sold, fraction_in_stock, sold_out,
            unit_price, unit_cost, on_hand_units, committed_units, backorder_units, on_order, quoted_lead_time_days,
            pack_units, minimum_order_units, policy
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    cut_off = datetime.combine(plan_date, time(), tzinfo=ZoneInfo(time_zone))
    connection.execute(_statement("plans_lead_times.sql"), {"plan_date": plan_date, "cut_off": cut_off})
    terms = {
        item.sku: OrderingTerms(item.supplier_sku, item.unit_cost, item.unit_cost_currency)
        for item in items
        if item.unit_cost
    }
    return Freeze(len(rows), terms, book.unusable)


def read_inputs(connection: psycopg.Connection, plan_date: date) -> FrozenInputs:
    """Return the frozen inputs of a plan date; reading them twice gives the same bits.

    Raises:
        LookupError: that day was never planned.
    """
    run = connection.execute("select policy from plan.runs where plan_date = %s", (plan_date,)).fetchone()
    if run is None:
        raise LookupError(f"{plan_date} was never planned, so nothing is frozen for it")
    with connection.cursor(binary=True, row_factory=namedtuple_row) as cursor:
        use_numpy_arrays(cursor)
        rows: list[Any] = cursor.execute(_statement("plans_read_inputs.sql"), {"plan_date": plan_date}).fetchall()
        shipments: list[Any] = cursor.execute(
            """
            select shipment_id, supplier_id, lane, days, age_days, is_open
            from plan.lead_times where plan_date = %(plan_date)s order by shipment_id collate "C"
            """,
            {"plan_date": plan_date},
        ).fetchall()
    return FrozenInputs(
        plan_date=plan_date,
        sku=np.array([row.sku for row in rows], dtype=np.str_),
        location_id=np.array([row.location_id for row in rows], dtype=np.str_),
        history=_history(rows, plan_date, lanes=run[0]["lanes"]),
        lead_times=LeadTimeHistory(
            supplier=np.array([row.supplier_id for row in shipments], dtype=np.str_),
            lane=np.array([row.lane for row in shipments], dtype=np.str_),
            days=np.array([row.days for row in shipments], dtype=np.float64),
            age_days=np.array([row.age_days for row in shipments], dtype=np.float64),
            is_open=np.array([row.is_open for row in shipments], dtype=np.bool_),
        ),
        policies=_policies(rows, run[0]["default"]),
    )


def _read_items(
    connection: psycopg.Connection, plan_date: date, time_zone: str, currency: str, history_start: date
) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        parameters = {
            "plan_date": plan_date,
            "time_zone": time_zone,
            "currency": currency,
            "history_start": history_start,
        }
        return list(cursor.execute(_statement("plans_items.sql"), parameters).fetchall())


def _open_policy_book(connection: psycopg.Connection, plan_date: date, default: Policy) -> PolicyBook:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute("select * from marts.dim_policies order by scope, key").fetchall()
    rules = (
        PolicyRule(
            scope=row.scope,
            key=row.key,
            terms={name: _plain(getattr(row, name)) for name in _RULE_TERMS if getattr(row, name) is not None},
            valid_until=row.valid_until,
        )
        for row in rows
    )
    return open_policy_book(rules, default=default, as_of_date=plan_date)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value


def _panel(
    connection: psycopg.Connection, items: list[Any], plan_date: date, history_start: date
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Return units sold and the kind of each day, both (items, days): the marts hold few rows, so only those travel."""
    connection.execute("create temporary table planned_items (item integer, sku text, location_id text) on commit drop")
    with connection.cursor() as cursor, cursor.copy("copy planned_items from stdin") as copy:
        for number, item in enumerate(items):
            copy.write_row((number, item.sku, item.location_id))
    connection.execute("analyze planned_items")
    units = np.zeros((len(items), HISTORY_DAYS), dtype=np.int32)
    days = np.full((len(items), HISTORY_DAYS), _IN_STOCK, dtype=np.int8)
    window = {"plan_date": plan_date, "history_start": history_start}
    with connection.cursor(binary=True) as cursor:
        use_numpy_arrays(cursor)
        for item, sold_days, sold_units in cursor.execute(_statement("plans_sales.sql"), window):
            units[item, sold_days] = sold_units
        for item, sold_out_days, empty_days in cursor.execute(_statement("plans_stock_days.sql"), window):
            days[item, sold_out_days] = _SOLD_OUT
            days[item, empty_days] = _OUT_ALL_DAY
    return units, days


def _input_rows(
    items: list[Any],
    units: npt.NDArray[np.int32],
    days: npt.NDArray[np.int8],
    book: PolicyBook,
    plan_date: date,
    history_start: date,
    currency: str,
) -> Iterator[tuple[object, ...]]:
    """Yield one row of ``plan.inputs`` per item, its days from the item's first one to the eve of the plan."""
    for number, item in enumerate(items):
        start = HISTORY_DAYS if item.first_date is None else (item.first_date - history_start).days
        known, sold = days[number, start:], units[number, start:]
        policy = book.policy_for(category=item.category, supplier=item.supplier_id or "", sku=item.sku)
        terms = {
            field.name: getattr(policy, field.name)
            for field in fields(Policy)
            if getattr(policy, field.name) != getattr(book.default, field.name)
        }
        if why := _not_ordered_because(item):
            terms["not_ordered_because"] = why
        yield (
            plan_date,
            item.sku,
            item.location_id,
            item.supplier_id,
            item.category,
            item.first_date,
            "{" + ",".join(map(str, sold.tolist())) + "}",
            "{" + _FRACTIONS[known].tobytes()[:-1].decode() + "}",
            "{" + _FLAGS[(known == _SOLD_OUT).astype(np.int8)].tobytes()[:-1].decode() + "}",
            item.unit_price,
            # Without an exchange rate a foreign cost says nothing in our money: no lot is economic, none is assumed.
            item.unit_cost if item.unit_cost_currency == currency else None,
            item.on_hand_units,
            item.committed_units,
            item.backorder_units,
            json.dumps(item.on_order),
            None if item.quoted_lead_time_days is None else float(item.quoted_lead_time_days),
            item.pack_units,
            item.minimum_order_units,
            json.dumps(terms),
        )


def _not_ordered_because(item: Any) -> str:  # noqa: ANN401 -- a row of plans_items.sql
    if item.is_discontinued:
        return "the supplier has discontinued it"
    if not item.is_active:
        return "it is not on sale any more"
    if item.supplier_id is None:
        return "no supplier offers it"
    if not item.is_supplier_known:
        return f"the terms of supplier {item.supplier_id} are not known"
    if not item.unit_cost:
        return "the supplier's price is not known"
    return ""


def _history(rows: list[Any], plan_date: date, *, lanes: dict[str, str]) -> ItemHistory:
    count = len(rows)
    days = max((row.units_sold.size for row in rows), default=0) or 1
    units = np.zeros((count, days), dtype=np.int32)
    fraction = np.zeros((count, days), dtype=np.float32)
    sold_out = np.zeros((count, days), dtype=np.bool_)
    for number, row in enumerate(rows):
        if row.units_sold.size:
            start = days - row.units_sold.size
            units[number, start:] = row.units_sold
            fraction[number, start:] = row.fraction_in_stock
            sold_out[number, start:] = row.sold_out
    return ItemHistory(
        dates=np.arange(-days, 0) + np.datetime64(plan_date, "D"),
        units_sold=units,
        fraction_in_stock=fraction,
        sold_out=sold_out,
        unit_price=_floats((row.unit_price for row in rows), 0.0),
        unit_cost=_floats((row.unit_cost for row in rows), 0.0),
        supplier=np.array([row.supplier_id or "" for row in rows], dtype=np.str_),
        lane=np.array([lanes.get(row.supplier_id, "") for row in rows], dtype=np.str_),
        # What is typical of mugs on the shop's own shelf says little about mugs sold by the pallet.
        category=np.array([f"{row.category} at {row.location_id}" for row in rows], dtype=np.str_),
        on_hand=np.array([row.on_hand_units for row in rows], dtype=np.int64),
        committed=np.array([row.committed_units for row in rows], dtype=np.int64),
        backorders=np.array([row.backorder_units for row in rows], dtype=np.int64),
        on_order=[[(int(units), float(due)) for units, due in row.on_order] for row in rows],
        quoted_lead_time_days=_floats((row.quoted_lead_time_days for row in rows), np.nan),
        pack_units=np.array([row.pack_units for row in rows], dtype=np.int64),
        minimum_order_units=np.array([row.minimum_order_units for row in rows], dtype=np.int64),
        item_key=np.array([f"{row.sku} {row.location_id}" for row in rows], dtype=np.str_),
    )


def _policies(rows: list[Any], default: dict[str, Any]) -> list[Policy]:
    """Return each item's policy; equal terms share one object, as few policies serve thousands of items."""
    made: dict[str, Policy] = {}
    for row in rows:
        if row.policy not in made:
            made[row.policy] = Policy(**{**default, **json.loads(row.policy)})
    return [made[row.policy] for row in rows]


def _floats(values: Iterable[Decimal | float | None], missing: float) -> npt.NDArray[np.float64]:
    return np.array([missing if value is None else float(value) for value in values], dtype=np.float64)


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
