"""A SKU that two suppliers offer: bought where the year costs less, or as a buyer wants, and the line says why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stockroom.jobs.plan_orders import plan_orders

DAY = date(2011, 6, 30)
BOUGHT = """
    select orders.supplier_id, lines.supplier_sku, lines.unit_cost::float, mod(lines.units, 6), lines.reason
    from ops.purchase_orders as orders inner join ops.purchase_order_lines as lines using (po_number)
"""


@pytest.fixture
def two_suppliers(marts):
    marts.supplier("S02", name="Cup Makers", lane="eu_road")
    marts.sku("MUG", units_per_day=4, on_hand=20)
    offer = {"sku": "MUG", "currency": "GBP", "minimum_order_units": 12, "is_discontinued": False}
    marts.insert("dim_supplier_offers", supplier_id="S01", supplier_sku="X-MUG", unit_cost=2, pack_units=12,
                 offer_rank=1, **offer)  # fmt: skip
    marts.insert("dim_supplier_offers", supplier_id="S02", supplier_sku="Y-MUG", unit_cost=1.5, pack_units=6,
                 offer_rank=2, **offer)  # fmt: skip
    return marts


def want(marts, kind, wanted) -> None:
    marts.insert("dim_overrides", override_id="O-1", scope="sku", key="MUG", kind=kind, wanted=wanted, set_by="ann",
                 set_on=DAY, why="a trial", valid_until=DAY + timedelta(days=9), file_name="o.csv",
                 line_number=2)  # fmt: skip


@pytest.mark.usefixtures("two_suppliers")
def test_the_cheaper_one_is_taken_with_its_own_pack_and_price(settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(supplier, supplier_sku, cost, rest, reason)] = ask(BOUGHT)
    assert (supplier, supplier_sku, cost, rest) == ("S02", "Y-MUG", 1.5, 0)
    assert "Chosen among suppliers: S02 at 1.50 landed" in reason


def test_duty_and_freight_count(two_suppliers, settings, ask):
    two_suppliers.connection.execute(
        "update marts.dim_suppliers set landed_cost_percent = 50 where supplier_id = 'S02'"
    )
    two_suppliers.connection.commit()
    plan_orders(settings, as_of_date=DAY)
    assert [row[0] for row in ask(BOUGHT)] == ["S01"]


def test_a_buyer_names_the_supplier(two_suppliers, settings, ask):
    want(two_suppliers, "supplier", "S01")
    plan_orders(settings, as_of_date=DAY)
    [(supplier, *_, reason)] = ask(BOUGHT)
    assert supplier == "S01"
    assert "Chosen among suppliers: S01, as ann wants this until 2011-07-09: a trial." in reason


def test_one_who_is_out_of_it_gives_way(two_suppliers, settings, ask):
    two_suppliers.insert(
        "fct_supplier_availability", supplier_id="S02", sku="MUG", supplier_sku="Y-MUG", units=0,
        expected_date=DAY + timedelta(days=40), age_days=1,
    )  # fmt: skip
    plan_orders(settings, as_of_date=DAY)
    assert [row[0] for row in ask(BOUGHT)] == ["S01"]


def test_a_share_is_kept(two_suppliers, settings, ask):
    want(two_suppliers, "share", "S01 70; S02 30")
    plan_orders(settings, as_of_date=DAY)
    assert [row[0] for row in ask(BOUGHT)] == ["S01"]
