"""From the source to a world: all tables of the half-year, built once and then only read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from operator import attrgetter

import numpy as np

from sample_store.draws import uniform
from sample_store.local_time import local_date, local_moment
from sample_store.world.books import movements_of
from sample_store.world.buyer import FIRST_DAY, old_habits
from sample_store.world.catalogue import DISCONTINUED_SHARE, Product, build_catalogue
from sample_store.world.demand import WHOLESALE, WISH, Demand, classify, first_wanted
from sample_store.world.outcome import Outcome, PlacedOrder
from sample_store.world.places import COUNTRY_CODES
from sample_store.world.prices import MARKDOWNS, answers_to_prices, with_answers
from sample_store.world.simulate import parcel_of, parcel_times, simulate
from sample_store.world.source import SourceLines, read_source
from sample_store.world.tables import (
    CANCEL,
    Adjustments,
    Backorders,
    Column,
    Integers,
    LostDemand,
    Movements,
    OrderLines,
    Orders,
    PurchaseLines,
    Receipts,
    Refunds,
    Requests,
    WholesaleLines,
)

RETIRED_ON = date(2011, 5, 16)
LATE_PRODUCTS = 4
"""Products that were sold to a wholesale customer before somebody entered them into the shop."""
LATE_BY_DAYS = 12


@dataclass(frozen=True)
class World:
    """Everything that happens in the store from 2010-12-01 on; a clock decides how much of it can be seen."""

    products: tuple[Product, ...]
    product_created_at: Integers
    product_retired_at: Integers
    """0 for a product that stays in the range."""
    opening_units: Integers
    """One value per item (``product * 3 + location``): the stock on the morning of 2010-12-01."""
    is_stocked: Column
    was_marked_down: Column
    """``(len(prices.MARKDOWNS), products)``: which of them were a product's price."""
    orders: Orders
    lines: OrderLines
    refunds: Refunds
    wholesale: WholesaleLines
    adjustments: Adjustments
    purchases: PurchaseLines
    receipts: Receipts
    backorders: Backorders
    requests: Requests
    lost: LostDemand
    movements: Movements


def build_world(placed_orders: Sequence[PlacedOrder] = ()) -> World:
    """Return the world; the same arguments give the same world, byte for byte."""
    source = read_source()
    demand = classify(source)
    wanted = first_wanted(source, demand)
    products = build_catalogue(source, wanted)
    product_of = {product.sku: product.number for product in products}
    retired = _retired(source, demand, product_of)
    habits = old_habits(source, demand, products, product_of, dict.fromkeys(retired, RETIRED_ON))
    went = partial(simulate, source, demand, products, product_of, habits)
    outcome = went(placed_orders)
    # What was marked down, and how it sold, is over and done: no order that comes later changes it.
    is_disturbed = any(order.placed_at < each.over for order in placed_orders for each in MARKDOWNS)
    answers = answers_to_prices(source, demand, products, product_of, went() if is_disturbed else outcome)
    source, outcome = replace(source, unit_price=answers.unit_price), with_answers(outcome, answers)
    orders, lines, refunds = _web_orders(source, demand, product_of, outcome)
    retired_at = np.zeros(len(products), np.int64)
    retired_at[sorted(retired)] = local_moment(RETIRED_ON, 9.5)
    stocked = habits.is_stocked.copy()
    for row in outcome.wholesale:
        if row.moves_stock:
            stocked[row.product * 3 + row.location] = True
    for receipt in outcome.receipts:
        stocked[receipt.product * 3 + receipt.location] = True
    world = World(
        products=products,
        product_created_at=_created_at(source, demand, products, wanted),
        product_retired_at=retired_at,
        opening_units=habits.opening_units + answers.opening_units,
        is_stocked=stocked,
        was_marked_down=answers.was_marked_down,
        orders=orders,
        lines=lines,
        refunds=refunds,
        wholesale=_wholesale_lines(source, outcome),
        adjustments=_adjustments(source, outcome),
        purchases=_purchases(outcome),
        receipts=_receipts(outcome),
        backorders=_backorders(outcome),
        requests=_requests(outcome),
        lost=_lost(source, demand, outcome),
        movements=Movements(*(np.zeros(0, np.int64) for _ in range(6))),
    )
    return World(**{**vars(world), "movements": movements_of(world)})


def integers(values: Sequence[int]) -> Integers:
    """Return whole numbers as a column."""
    return np.array(values, np.int64)


def texts(values: Sequence[str]) -> Column:
    """Return texts as a column of fixed width, so that it can be saved without pickling."""
    return np.array(values, np.str_) if values else np.zeros(0, "U1")


def _retired(source: SourceLines, demand: Demand, product_of: dict[str, int]) -> set[int]:
    """Return some of the products that nobody asked for after the middle of April."""
    last: dict[int, int] = {}
    for sku, at, kind in zip(source.sku, source.at.tolist(), demand.kind.tolist(), strict=True):
        if kind == WISH and sku in product_of:
            last[product_of[sku]] = at
    limit = local_moment(date(2011, 4, 15), 0)
    return {each for each, at in last.items() if at < limit and uniform("retired", each) < DISCONTINUED_SHARE}


def _created_at(source: SourceLines, demand: Demand, products: Sequence[Product], wanted: dict[str, int]) -> Integers:
    """Return when each product was entered into the shop: a fortnight before its first sale; a few were forgotten."""
    created = []
    for product in products:
        day = local_date(wanted[product.sku]) if product.sku in wanted else FIRST_DAY
        created.append(
            local_moment(max(day - timedelta(days=14), date(2010, 11, 1)), 9 + uniform("entered", product.sku))
        )
    bulk_first: dict[str, int] = {}
    for row, sku in enumerate(source.sku):
        if demand.kind[row] == WISH and demand.channel[row] == WHOLESALE and sku in wanted:
            bulk_first.setdefault(sku, int(source.at[row]))
    number_of = {product.sku: product.number for product in products}
    latest = sorted((sku for sku in bulk_first if sku in number_of), key=lambda sku: (-wanted[sku], sku))
    for sku in latest[:LATE_PRODUCTS]:
        created[number_of[sku]] = local_moment(local_date(wanted[sku]) + timedelta(days=LATE_BY_DAYS), 10.0)
    return integers(created)


def _web_orders(
    source: SourceLines, demand: Demand, product_of: dict[str, int], outcome: Outcome
) -> tuple[Orders, OrderLines, Refunds]:
    """Return the web shops' orders: those of which at least one line could be sold."""
    rows_of: dict[str, list[int]] = {}
    for row, invoice in enumerate(source.invoice):
        if demand.kind[row] == WISH and demand.channel[row] != WHOLESALE and outcome.sold_units[row] > 0:
            rows_of.setdefault(invoice, []).append(row)
    line_counts: dict[str, int] = {}
    created: dict[str, int] = {}
    for row, invoice in enumerate(source.invoice):
        line_counts[invoice] = line_counts.get(invoice, 0) + 1
        created.setdefault(invoice, int(source.at[row]))
    invoices = sorted(rows_of, key=lambda invoice: (created[invoice], invoice))
    cancelled_of_row: dict[int, int] = {}
    for refund in outcome.refunds:
        if refund.restock_type == CANCEL:
            cancelled_of_row[refund.line_row] = cancelled_of_row.get(refund.line_row, 0) + refund.units
    cancel_moment: dict[int, int] = {refund.line_row: refund.at for refund in outcome.refunds}
    line_rows: list[int] = []
    order_of_row: dict[int, int] = {}
    parcels: list[int] = []
    order_rows: list[tuple[int, ...]] = []
    for position, invoice in enumerate(invoices):
        rows = rows_of[invoice]
        first, second = parcel_times(invoice, local_date(created[invoice]), line_counts[invoice])
        leaving = [0, 0, 0]
        for row in rows:
            parcel = parcel_of(invoice, row, second) if source.sku[row] in product_of else 0
            parcels.append(parcel)
            leaving[parcel] += outcome.sold_units[row] - cancelled_of_row.get(row, 0)
            order_of_row[row] = position
        whole = all(cancelled_of_row.get(row, 0) == outcome.sold_units[row] for row in rows)
        order_rows.append(
            (
                int(invoice),
                created[invoice],
                int(source.customer[rows[0]]),
                int(demand.location[rows[0]]),
                len(line_rows),
                len(rows),
                first if leaving[1] else 0,
                second if leaving[2] else 0,
                max(cancel_moment[row] for row in rows) if whole else 0,
                int(demand.channel[rows[0]]),
            )
        )
        line_rows.extend(rows)
    columns = list(zip(*order_rows, strict=True))
    orders = Orders(
        number=integers(columns[0]),
        created_at=integers(columns[1]),
        customer=integers(columns[2]),
        country=texts([COUNTRY_CODES[source.country[rows_of[invoice][0]]] or "" for invoice in invoices]),
        location=integers(columns[3]),
        first_line=integers(columns[4]),
        line_count=integers(columns[5]),
        first_parcel_at=integers(columns[6]),
        second_parcel_at=integers(columns[7]),
        cancelled_at=integers(columns[8]),
        channel=integers(columns[9]),
    )
    lines = OrderLines(
        source_row=integers(line_rows),
        order=integers([order_of_row[row] for row in line_rows]),
        product=integers([product_of.get(source.sku[row], -1) for row in line_rows]),
        code=texts([source.code[row] for row in line_rows]),
        description=texts([source.description[row] for row in line_rows]),
        units=integers([outcome.sold_units[row] for row in line_rows]),
        unit_price=source.unit_price[line_rows],
        parcel=integers(parcels),
        cancelled_units=integers([cancelled_of_row.get(row, 0) for row in line_rows]),
    )
    return orders, lines, _refunds(source, outcome, order_of_row, {row: each for each, row in enumerate(line_rows)})


def _refunds(
    source: SourceLines, outcome: Outcome, order_of_row: dict[int, int], line_of_row: dict[int, int]
) -> Refunds:
    """Return refunds by order and moment: the lines of one C invoice that touch one order make one refund.

    One C line can touch two orders; the number of a refund holds the order's line too, or it would name both refunds.
    """
    found = sorted(outcome.refunds, key=lambda each: (order_of_row[each.line_row], each.at, each.source_row))
    numbers: dict[tuple[int, str], int] = {}
    for each in found:
        number = each.source_row * 1_000_000 + each.line_row
        numbers.setdefault((order_of_row[each.line_row], source.invoice[each.source_row]), number)
    return Refunds(
        source_row=integers([each.source_row for each in found]),
        refund_number=integers(
            [numbers[order_of_row[each.line_row], source.invoice[each.source_row]] for each in found]
        ),
        order=integers([order_of_row[each.line_row] for each in found]),
        line=integers([line_of_row[each.line_row] for each in found]),
        at=integers([each.at for each in found]),
        units=integers([each.units for each in found]),
        restock_type=integers([each.restock_type for each in found]),
    )


def _wholesale_lines(source: SourceLines, outcome: Outcome) -> WholesaleLines:
    found = sorted(outcome.wholesale, key=attrgetter("at", "row"))
    rows = [each.row for each in found]
    return WholesaleLines(
        source_row=integers(rows),
        invoice=texts([source.invoice[row] for row in rows]),
        at=integers([each.at for each in found]),
        customer=source.customer[rows],
        country=texts([source.country[row] for row in rows]),
        location=integers([each.location for each in found]),
        product=integers([each.product for each in found]),
        code=texts([source.code[row] for row in rows]),
        description=texts([source.description[row] for row in rows]),
        units=integers([each.units for each in found]),
        unit_price=source.unit_price[rows],
        moves_stock=np.array([each.moves_stock for each in found], np.bool_),
    )


def _adjustments(source: SourceLines, outcome: Outcome) -> Adjustments:
    found = sorted(outcome.adjustments, key=attrgetter("at", "row"))
    return Adjustments(
        source_row=integers([each.row for each in found]),
        at=integers([each.at for each in found]),
        location=integers([each.location for each in found]),
        product=integers([each.product for each in found]),
        sku=texts([source.sku[each.row] for each in found]),
        units=integers([each.units for each in found]),
        reason=texts([each.reason for each in found]),
    )


def _purchases(outcome: Outcome) -> PurchaseLines:
    found = sorted(outcome.purchases, key=attrgetter("ordered_at", "po_number", "line_number"))
    return PurchaseLines(
        po_number=texts([each.po_number for each in found]),
        line_number=integers([each.line_number for each in found]),
        supplier=integers([each.supplier for each in found]),
        location=integers([each.location for each in found]),
        product=integers([each.product for each in found]),
        units=integers([each.units for each in found]),
        unit_cost_pence=integers([each.unit_cost_pence for each in found]),
        ordered_at=integers([each.ordered_at for each in found]),
        promised_on=texts([each.promised_on for each in found]),
        is_ours=np.array([each.is_ours for each in found], np.bool_),
    )


def _receipts(outcome: Outcome) -> Receipts:
    found = sorted(outcome.receipts, key=attrgetter("at", "po_number", "line_number", "receipt_id"))
    return Receipts(
        receipt_id=texts([each.receipt_id for each in found]),
        shipment_id=texts([each.shipment_id for each in found]),
        po_number=texts([each.po_number for each in found]),
        line_number=integers([each.line_number for each in found]),
        location=integers([each.location for each in found]),
        product=integers([each.product for each in found]),
        units=integers([each.units for each in found]),
        at=integers([each.at for each in found]),
    )


def _backorders(outcome: Outcome) -> Backorders:
    found = sorted(outcome.backorders, key=attrgetter("noted_at", "po_number", "line_number"))
    return Backorders(
        po_number=texts([each.po_number for each in found]),
        line_number=integers([each.line_number for each in found]),
        product=integers([each.product for each in found]),
        units=integers([each.units for each in found]),
        noted_at=integers([each.noted_at for each in found]),
        promised_on=texts([each.promised_on for each in found]),
    )


def _requests(outcome: Outcome) -> Requests:
    found = sorted(outcome.requests, key=lambda each: (each[3], each[0]))
    columns = [integers([row[place] for row in found]) for place in range(4)]
    return Requests(source_row=columns[0], product=columns[1], units=columns[2], at=columns[3])


def _lost(source: SourceLines, demand: Demand, outcome: Outcome) -> LostDemand:
    rows = [row for row, _, _ in outcome.lost_rows]
    return LostDemand(
        source_row=integers(rows),
        product=integers([product for _, product, _ in outcome.lost_rows]),
        location=demand.location[rows].astype(np.int64),
        channel=demand.channel[rows].astype(np.int64),
        at=source.at[rows],
        wanted_units=source.units[rows],
        sold_units=integers([sold for _, _, sold in outcome.lost_rows]),
    )
