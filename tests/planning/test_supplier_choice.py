"""From whom to buy: landed cost, lead-time risk, shares, and who has it at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stockroom.planning import PlanningError
from stockroom.planning.supplier_choice import Need, Offer, choose_supplier, read_shares, yearly_cost

NEED = Need(units_per_day=4.0, demand_variance=4.0, position_units=20, carrying_rate=0.25)
USUAL = Offer("S01", 2.00, 12, 10, 10.0, 1.0, 10.0, is_usual=True)


def test_the_usual_supplier_stays_unless_another_saves_enough():
    assert (
        choose_supplier([USUAL, replace(USUAL, supplier="S02", landed_unit_cost=1.99, is_usual=False)], NEED).supplier
        == "S01"
    )
    chosen = choose_supplier([USUAL, replace(USUAL, supplier="S02", landed_unit_cost=1.80, is_usual=False)], NEED)
    assert chosen.supplier == "S02"
    assert chosen.reason.startswith("S02 at 1.80 landed and 10 days (±1) costs 2,6")


def test_a_low_price_does_not_make_up_for_a_lead_time_that_nobody_can_rely_on():
    slow = Offer("S02", 1.95, 12, 10, 60.0, 60.0, 60.0)
    assert slow.landed_unit_cost < USUAL.landed_unit_cost
    assert yearly_cost(slow, NEED) > yearly_cost(USUAL, NEED)
    assert choose_supplier([USUAL, slow], NEED).supplier == "S01"


def test_whoever_is_out_for_longer_than_stock_lasts_gives_way():
    # 20 in stock at 4 a day last 5 days.
    other = Offer("S02", 2.50, 12, 10, 12.0, 1.0, 12.0)
    assert choose_supplier([USUAL, other], NEED).supplier == "S01"
    chosen = choose_supplier([replace(USUAL, out_days=20.0), other], NEED)
    assert (chosen.supplier, chosen.reason) == (
        "S02",
        "S01 is out of it for 20 days and stock lasts 5: S02 needs 12 days",
    )
    plenty = replace(NEED, position_units=400)
    assert choose_supplier([replace(USUAL, out_days=20.0), other], plenty).supplier == "S01"


def test_shares_are_kept_over_time():
    offers = [replace(USUAL, units_lately=50), Offer("S02", 9.0, 12, 10, 10.0, 1.0, 10.0, units_lately=50)]
    assert choose_supplier(offers, NEED, shares={"S01": 0.7, "S02": 0.3}).supplier == "S01"
    assert choose_supplier(offers, NEED, shares={"S01": 0.3, "S02": 0.7}).supplier == "S02"


def test_what_is_quoted_counts_until_shipments_say_more():
    new = Offer("S03", 2.0, 1, 0, 0.0, 0.0, 30.0)
    assert (new.lead_time_days, new.lead_time_sd_days) == (30.0, 9.0)
    assert replace(new, shipments=2, shipment_days=20.0).lead_time_days == 25.0


@pytest.mark.parametrize("words", ["S01", "S01 70; S02 20", "S01 x", ""])
def test_shares_that_make_no_hundred_are_refused(words):
    with pytest.raises(PlanningError):
        read_shares(words)
