"""What stockouts lost and what stock cost, month by month."""

from __future__ import annotations

from datetime import date

import pytest

from stockroom.jobs.measure_stock_costs import measure_stock_costs

MAY, JUNE, JULY = date(2011, 5, 1), date(2011, 6, 1), date(2011, 7, 1)
ROWS = """
    select month_start_date, days, stockout_days, units_sold, units_lost, lost_margin::float,
        average_stock_value::float, carrying_cost::float from plan.stock_costs order by month_start_date, sku
"""


@pytest.fixture
def shop(marts):
    """Return a shop whose mug (bought at 2, sold at 5) sold 4 a day all May and June, with 10 left every evening."""
    marts.sku("MUG", locations=())
    marts.days("MUG", first=MAY, last=date(2011, 6, 30), units=4, at_close=10)
    return marts


def _out(ask, *days: date) -> None:
    ask("update marts.fct_sales_daily set units_sold = 0 where sold_date = any(%s) returning 1", list(days))
    ask(
        "update marts.fct_stock_daily set is_out_all_day = true, available_units_at_close = 0 "
        "where stock_date = any(%s) returning 1",
        list(days),
    )


@pytest.mark.usefixtures("shop")
def test_ten_mugs_at_two_pounds_cost_a_quarter_of_their_value_a_year(settings, ask):
    measure_stock_costs(settings, as_of_date=JULY)
    may, june = ask(ROWS)
    assert may == (MAY, 31, 0, 124, 0.0, 0.0, 20.0, round(20 * 0.25 * 31 / 365, 2))
    assert june == (JUNE, 30, 0, 120, 0.0, 0.0, 20.0, round(20 * 0.25 * 30 / 365, 2))


@pytest.mark.usefixtures("shop")
def test_what_lies_at_a_drop_shippers_place_costs_us_nothing(settings, ask):
    ask("insert into intermediate.int_drop_shippers values ('S05', 'LONDON') returning 1")
    measure_stock_costs(settings, as_of_date=JULY)
    assert ask(ROWS) == []


@pytest.mark.usefixtures("shop")
def test_three_empty_days_lose_twelve_mugs_at_three_pounds_each(settings, ask):
    _out(ask, date(2011, 6, 6), date(2011, 6, 7), date(2011, 6, 8))
    measure_stock_costs(settings, as_of_date=JULY)
    _, june = ask(ROWS)
    assert june[1:6] == (30, 3, 108, 12.0, 36.0)
    assert june[6] == 18.0  # 27 evenings of 20, 3 of nothing
    assert ask("select margin_per_unit::float, goodwill_per_unit::float from plan.stock_costs limit 1") == [(3.0, 0.0)]


def test_the_planners_say_what_a_lost_sale_and_a_years_holding_cost(shop, settings, ask):
    shop.insert("dim_policies", scope="sku", key="MUG", goodwill=1, margin=2, carrying_rate=0.5)
    _out(ask, date(2011, 6, 6))
    measure_stock_costs(settings, as_of_date=JULY)
    _, june = ask(ROWS)
    assert june[5] == 12.0
    assert ask("select distinct carrying_rate from plan.stock_costs") == [(0.5,)]


@pytest.mark.usefixtures("shop")
def test_a_month_that_is_not_over_is_measured_again_and_an_earlier_one_stays(settings, ask):
    measure_stock_costs(settings, as_of_date=date(2011, 6, 11))
    assert [row[:4] for row in ask(ROWS)] == [(MAY, 31, 0, 124), (JUNE, 10, 0, 40)]
    ask("update marts.fct_sales_daily set units_sold = 5 returning 1")
    measure_stock_costs(settings, as_of_date=JULY)
    assert [row[:4] for row in ask(ROWS)] == [(MAY, 31, 0, 124), (JUNE, 30, 0, 150)]
    before = ask("select * from plan.stock_costs")
    measure_stock_costs(settings, as_of_date=JULY)
    assert ask("select * from plan.stock_costs") == before


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("earlier", [date(2011, 6, 11), date(2011, 5, 11)])
def test_a_look_from_an_earlier_day_forgets_nothing(settings, ask, earlier):
    measure_stock_costs(settings, as_of_date=JULY)
    before = ask("select * from plan.stock_costs order by 1, 2")
    assert str(measure_stock_costs(settings, as_of_date=earlier)) == f"days after {earlier} are measured already"
    assert ask("select * from plan.stock_costs order by 1, 2") == before


def test_a_cost_in_foreign_money_is_left_out(marts, settings, ask):
    marts.sku("BAG", locations=(), unit_cost_currency="EUR")
    marts.days("BAG", first=JUNE, last=date(2011, 6, 30), units=1)
    measure_stock_costs(settings, as_of_date=JULY)
    assert ask(ROWS) == []


def _ask_for(ask, requests: int, *, day: date = date(2011, 6, 7), confirmed: bool = True) -> None:
    """Let shoppers ask for one unit each."""
    for number in range(requests):
        ask(
            """
            with people as (
                insert into pii.shoppers (email, contact_sha256) values (%s, %s) returning shopper_id
            )
            insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)
            select %s, shopper_id, 'MUG', 1, %s, %s from people returning 1
            """,
            *(f"{day} {number}",) * 3,
            day,
            "active" if confirmed else "pending",
        )


WITNESSED = """
    select month_start_date, stockout_days, units_lost, requests, units_asked, asked_rate, verdict
    from plan.lost_sales_witness order by month_start_date
"""


@pytest.mark.usefixtures("shop")
def test_shoppers_who_asked_are_held_against_what_is_estimated_to_be_lost(settings, ask):
    _out(ask, date(2011, 6, 6), date(2011, 6, 7), date(2011, 6, 8))
    _ask_for(ask, 3)
    _ask_for(ask, 1, day=date(2011, 6, 8), confirmed=False)
    assert "of 12 units lost 3 were asked for" in str(measure_stock_costs(settings, as_of_date=JULY))
    assert ask(WITNESSED) == [
        (MAY, 0, 0.0, 0, 0, None, "too_little"),
        (JUNE, 3, 12.0, 3, 3, 0.25, "too_little"),
    ]


@pytest.mark.usefixtures("shop")
def test_more_requests_than_lost_units_say_that_the_estimate_is_too_low(settings, ask):
    _out(ask, date(2011, 6, 6))
    _ask_for(ask, 15)
    said = str(measure_stock_costs(settings, as_of_date=JULY))
    assert "too low in 1 and too high in 0 of 1 months of categories" in said
    before = ask(WITNESSED)
    assert before[1] == (JUNE, 1, 4.0, 15, 15, 3.75, "too_low")
    measure_stock_costs(settings, as_of_date=JULY)
    assert ask(WITNESSED) == before


def test_a_store_without_stock_days_has_nothing_to_cost(marts, settings):
    assert str(measure_stock_costs(settings, as_of_date=JULY)) == "the marts hold no day of stock yet"
    assert marts
