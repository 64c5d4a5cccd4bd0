"""What goes by itself: small and dull. Everything else is put before a person, with the reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.planning.approval import ApprovalPolicy, OrderedLine, OrderToRoute, route_orders

POLICY = ApprovalPolicy(currency="GBP", threshold=Decimal(2000))


def line(sku="MUG", *, units=24, unit_cost="2.50", **known) -> OrderedLine:
    return OrderedLine(sku, units, Decimal(unit_cost), units * Decimal(unit_cost), **known)


def order(po_number="PO-000001", *, lines=(), value=None, **known) -> OrderToRoute:
    lines = tuple(lines) or (line(),)
    value = sum((one.line_value for one in lines), Decimal(0)) if value is None else Decimal(value)
    return OrderToRoute(po_number, known.pop("supplier_id", "S01"), known.pop("currency", "GBP"), value, lines, **known)


def way_of(one: OrderToRoute) -> tuple[str, str]:
    [route] = route_orders([one], POLICY)
    return route.way, route.reason


def test_a_dull_repeat_goes_by_itself():
    dull = line(usual_units=24, earlier_orders=9, last_unit_cost=Decimal("2.40"), days_since_sale=1)
    assert way_of(order(lines=[dull])) == ("release", "not above the approval threshold of 2,000.00 GBP")


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"units": 96, "usual_units": 24, "earlier_orders": 3}, "MUG: 96 units are 4.0 times the usual 24"),
        ({"last_unit_cost": Decimal("2.00")}, "MUG: 2.50 a unit is 25 % more than last time"),
        ({"days_since_sale": 61}, "MUG has not sold for 61 days"),
        ({"is_discontinued": True}, "MUG is discontinued"),
    ],
)
def test_a_small_order_that_may_be_regretted_is_put_before_a_person(known, reason):
    assert way_of(order(lines=[line(**known)])) == ("ask", f"small, but {reason}")


def test_two_orders_are_no_habit_and_a_line_of_pennies_is_not_worth_a_look():
    assert way_of(order(lines=[line(units=96, usual_units=24, earlier_orders=2)]))[0] == "release"
    assert way_of(order(lines=[line(units=12, unit_cost="1.00", last_unit_cost=Decimal("0.10"))]))[0] == "release"


def test_a_supplier_who_never_delivered_is_put_before_a_person():
    assert way_of(order(is_new_supplier=True)) == ("ask", "small, but a supplier who never delivered yet")


def test_an_order_split_in_two_does_not_slip_through():
    routes = route_orders([order("PO-000001", value=1500), order("PO-000002", value=1500)], POLICY)
    assert [route.way for route in routes] == ["release", "ask"]
    assert routes[1].reason.startswith("with 1,500.00 GBP that went to this supplier within 7 days, above")


def test_what_went_to_a_supplier_this_week_counts_and_another_suppliers_does_not():
    assert way_of(order(value=600, gone_value=Decimal(1500)))[0] == "ask"
    assert way_of(order(value=500, gone_value=Decimal(1500)))[0] == "release"
    routes = route_orders([order("A", value=1500), order("B", value=1500, supplier_id="S02")], POLICY)
    assert {route.way for route in routes} == {"release"}


def test_a_large_order_does_not_hold_up_its_small_neighbour():
    routes = route_orders([order("PO-000001", value=9000), order("PO-000002", value=600)], POLICY)
    assert [route.way for route in routes] == ["ask", "release"]


def test_what_a_person_refused_is_not_asked_again():
    assert way_of(order(refused_as="refused by ann as PO-000007")) == ("hold", "refused by ann as PO-000007")


@given(st.lists(st.integers(1, 3000), max_size=12), st.integers(0, 2500))
def test_what_goes_by_itself_never_comes_to_more_than_the_threshold(values, gone):
    orders = [order(f"PO-{n:06}", value=value, gone_value=Decimal(gone)) for n, value in enumerate(values)]
    routes = route_orders(orders, POLICY)
    went = sum(one.value for one, route in zip(orders, routes, strict=True) if route.way == "release")
    assert went == 0 or went + gone <= POLICY.threshold
