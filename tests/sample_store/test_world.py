"""What the simulated half-year is like."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sample_store.folders.truth import closing_stock
from sample_store.local_time import local_date, local_moment
from sample_store.world import prices
from sample_store.world.books import levels_at
from sample_store.world.build import World, build_world
from sample_store.world.cache import save_world, world_key
from sample_store.world.source import read_source
from sample_store.world.suppliers import SUPPLIERS
from sample_store.world.tables import CANCEL

END = local_moment(date(2011, 6, 30), 6.0)


def test_the_same_seed_makes_the_same_world_to_the_byte(cache: Path, tmp_path: Path):
    save_world(build_world(), tmp_path / "again")

    first = {path.name: path.read_bytes() for path in (cache / world_key()).iterdir()}
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}

    assert again.keys() == first.keys()
    assert [name for name in first if first[name] != again[name]] == []


def test_no_stock_is_ever_negative_and_shelves_are_empty_often_enough(world: World):
    closing = closing_stock(world)
    stocked = closing[world.is_stocked]
    in_range = np.maximum.accumulate(stocked > 0, axis=1)

    assert closing.min() >= 0
    assert 0.04 < ((stocked == 0) & in_range).sum() / in_range.sum() < 0.09


def test_what_is_committed_is_what_was_sold_and_has_not_left(world: World):
    levels, lines, orders, refunds = levels_at(world, END), world.lines, world.orders, world.refunds
    leaves = np.where(lines.parcel == 2, orders.second_parcel_at[lines.order], orders.first_parcel_at[lines.order])
    cancelled = np.bincount(
        refunds.line[(refunds.restock_type == CANCEL) & (refunds.at <= END)],
        weights=refunds.units[(refunds.restock_type == CANCEL) & (refunds.at <= END)],
        minlength=len(lines.units),
    )
    waiting = (lines.product >= 0) & (orders.created_at[lines.order] <= END) & ((leaves == 0) | (leaves > END))
    expected = np.bincount(
        (lines.product * 3 + orders.location[lines.order])[waiting],
        weights=(lines.units - cancelled)[waiting],
        minlength=len(levels.committed),
    )

    assert levels.committed.tolist() == expected.tolist()
    assert levels.committed.sum() > 1_000
    assert (levels.available + levels.committed == levels.on_hand).all()
    assert (levels.incoming >= 0).all()


def test_a_wish_is_cut_only_where_nothing_is_left(world: World):
    lost, moves = world.lost, world.movements
    assert (lost.sold_units < lost.wanted_units).all()
    item = lost.product * 3 + lost.location
    order = np.lexsort((np.arange(len(moves.at)), moves.at, moves.item))
    level = {}
    for each in np.random.default_rng(1).choice(len(lost.at), 200, replace=False).tolist():
        mine = order[
            np.searchsorted(moves.item[order], item[each]) : np.searchsorted(moves.item[order], item[each], "right")
        ]
        until = mine[moves.at[mine] <= lost.at[each]]
        level[each] = int(world.opening_units[item[each]] + moves.available_change[until].sum())
    returned_in_the_same_minute = [each for each, units in level.items() if units != 0]

    assert len(returned_in_the_same_minute) <= 4


def lead_times(world: World, supplier_id: str) -> list[tuple[date, int]]:
    """Return (ordered, days to the first receipt) of a supplier's orders that have arrived."""
    purchases, receipts = world.purchases, world.receipts
    first: dict[str, int] = {}
    for number, at in zip(receipts.po_number.tolist(), receipts.at.tolist(), strict=True):
        first.setdefault(number, at)
    position = [supplier.supplier_id for supplier in SUPPLIERS].index(supplier_id)
    ordered = dict(zip(purchases.po_number.tolist(), purchases.ordered_at.tolist(), strict=True))
    mine = set(purchases.po_number[purchases.supplier == position].tolist())
    return sorted(
        (local_date(ordered[each]), (local_date(first[each]) - local_date(ordered[each])).days) for each in mine
    )


def test_one_supplier_takes_five_days_longer_from_may(world: World):
    times = lead_times(world, "S03")
    before = np.mean([days for ordered, days in times if ordered < date(2011, 5, 1)])
    after = np.mean([days for ordered, days in times if ordered >= date(2011, 5, 1)])

    assert 3.5 < after - before < 6.5


def test_the_new_supplier_has_delivered_exactly_once(world: World):
    position = [supplier.supplier_id for supplier in SUPPLIERS].index("S12")
    orders = set(world.purchases.po_number[world.purchases.supplier == position].tolist())
    arrived = (world.receipts.at <= END) & np.isin(world.receipts.po_number, list(orders))

    assert len(set(world.receipts.shipment_id[arrived].tolist())) == 1
    assert len(orders) == 2


def test_one_supplier_delivers_in_parts_and_the_parts_add_up(world: World):
    position = [supplier.supplier_id for supplier in SUPPLIERS].index("S07")
    mine = world.purchases.supplier == position
    ordered = Counter()
    for number, line, units in zip(
        world.purchases.po_number[mine].tolist(),
        world.purchases.line_number[mine].tolist(),
        world.purchases.units[mine].tolist(),
        strict=True,
    ):
        ordered[number, line] += units
    received, parts = Counter(), Counter()
    for number, line, units in zip(
        world.receipts.po_number.tolist(),
        world.receipts.line_number.tolist(),
        world.receipts.units.tolist(),
        strict=True,
    ):
        if (number, line) in ordered:
            received[number, line] += units
            parts[number, line] += 1

    assert received == ordered
    assert sum(count == 2 for count in parts.values()) > 300


def test_a_back_order_and_overdue_orders_are_open_on_the_last_day(world: World):
    received = set(
        zip(
            world.receipts.po_number[world.receipts.at <= END].tolist(),
            world.receipts.line_number[world.receipts.at <= END].tolist(),
            strict=True,
        )
    )
    backordered = set(
        zip(
            world.backorders.po_number[world.backorders.noted_at <= END].tolist(),
            world.backorders.line_number[world.backorders.noted_at <= END].tolist(),
            strict=True,
        )
    )
    overdue = {
        number
        for number, line, promised in zip(
            world.purchases.po_number.tolist(),
            world.purchases.line_number.tolist(),
            world.purchases.promised_on.tolist(),
            strict=True,
        )
        if promised < "2011-06-30" and (number, line) not in received
    }

    assert backordered - received
    assert len(overdue) >= 3


def test_the_sources_dirt_survives(world: World):
    lines, wholesale = world.lines, world.wholesale
    codes = set(lines.code.tolist())

    assert {"POST", "DOT", "M", "C2"} <= codes
    assert any(code != code.upper() for code in codes)
    assert (lines.unit_price == 0).sum() > 100
    assert (world.orders.customer == 0).sum() > 300
    repeated = Counter(zip(lines.order.tolist(), lines.code.tolist(), lines.units.tolist(), strict=True))
    assert sum(count > 1 for count in repeated.values()) > 500
    assert sorted(units for units in wholesale.units.tolist() if abs(units) > 50_000) == [-74_215, 74_215]
    named = {(code.upper(), text) for code, text in zip(lines.code.tolist(), lines.description.tolist(), strict=True)}
    assert sum(count > 1 for count in Counter(code for code, _ in named).values()) > 50
    assert (world.adjustments.product < 0).any()


def test_some_products_are_sold_before_anybody_enters_them(world: World):
    seen = set(world.wholesale.product[world.wholesale.at <= END].tolist())
    unknown = {number for number in seen if number >= 0 and world.product_created_at[number] > END}

    assert unknown


def test_a_cancellation_comes_before_its_parcel_and_a_return_after(world: World):
    refunds, orders, lines = world.refunds, world.orders, world.lines
    leaves = np.where(lines.parcel == 2, orders.second_parcel_at[lines.order], orders.first_parcel_at[lines.order])
    leaves_of = leaves[refunds.line]
    sent = leaves_of > 0

    assert (
        refunds.at[sent & (refunds.restock_type == CANCEL)] < leaves_of[sent & (refunds.restock_type == CANCEL)]
    ).all()
    goods = sent & (refunds.restock_type != CANCEL) & (lines.product[refunds.line] >= 0)
    assert (refunds.at[goods] >= leaves_of[goods]).all()
    assert (np.bincount(refunds.line, weights=refunds.units, minlength=len(lines.units)) <= lines.units).all()


@pytest.mark.parametrize("column", ["number", "created_at"])
def test_orders_are_in_time(world: World, column: str):
    values = getattr(world.orders, column)
    assert len(values) > 8_000
    if column == "created_at":
        assert (np.diff(values) >= 0).all()
    else:
        assert len(set(values.tolist())) == len(values)


def test_a_markdown_sells_as_much_more_as_its_category_answers_at_the_lower_price(world: World):
    source, lines, orders = read_source(), world.lines, world.orders
    at = orders.created_at[lines.order]
    for which, markdown in enumerate(prices.MARKDOWNS):
        products = np.append(world.was_marked_down[which], [False])  # the last is asked for what is no product: -1
        cheaper = products[lines.product] & (at >= local_moment(markdown.first_day, 0)) & (at < markdown.over)
        # What came back was left as it was.
        cheaper[world.refunds.line] = False
        wanted = source.units[lines.source_row[cheaper]].sum()
        usual = source.unit_price[lines.source_row[cheaper]]

        assert wanted > 200, markdown
        times = prices.times_wanted(markdown.category, markdown.percent_off / 100)
        assert abs(lines.units[cheaper].sum() / wanted - times) < 0.05, markdown
        assert np.allclose(lines.unit_price[cheaper], usual * (1 - markdown.percent_off / 100), atol=0.0051), markdown


def test_whether_shoppers_answer_to_prices_moves_nothing_but_what_they_buy_more(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(prices, "ELASTICITY", dict.fromkeys(prices.ELASTICITY, 0.0))
    deaf = build_world()

    assert world.lines.units.sum() > deaf.lines.units.sum() + 10_000
    later = levels_at(world, max(each.over for each in prices.MARKDOWNS))
    assert (later.available == levels_at(deaf, max(each.over for each in prices.MARKDOWNS)).available).all()
    for table in ("orders", "refunds", "adjustments", "purchases", "receipts", "backorders", "requests", "lost"):
        for column, values in vars(getattr(deaf, table)).items():
            assert np.array_equal(getattr(getattr(world, table), column), values), (table, column)
    more = world.lines.units != deaf.lines.units
    assert set(world.lines.product[more].tolist()) <= set(np.flatnonzero(world.was_marked_down.any(axis=0)).tolist())
