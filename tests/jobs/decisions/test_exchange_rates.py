"""Orders in other money are weighed in the store's own, by a dated rate; without one nothing is assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes

import pytest
from tests.jobs.decisions.conftest import DAY

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.deliver_waiting_mail import WAITING, compose_waiting_mail
from stockroom.jobs.order_questions import order_questions
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.release_orders import release_orders
from stockroom.warehouse import connect
from stockroom.warehouse.outbox import pending_messages

ORDERS = "select supplier_id, currency, value, exchange_rate, rate_date, state from ops.purchase_orders order by 1"
NUMBERS = "select supplier_id, po_number, value from ops.purchase_orders"
WHY = "select note from ops.purchase_order_events order by event_id desc limit 1"
EXCEPTIONS = "select subject, detail, mend from ops.exceptions where kind = 'exchange_rate' and resolved_at is null"
EVE = DAY - timedelta(days=1)


@pytest.fixture
def euros(marts):
    """Bags from S02 at 2.00 EUR apiece; every shop sells 4 a day and has 20."""
    marts.supplier("S02", currency="EUR")
    marts.sku("BAG", supplier_id="S02", unit_cost_currency="EUR", on_hand=20, pack_units=1, minimum_order_units=1)
    return marts


def rate(marts, rate, *, currency="EUR", rate_date=EVE) -> None:
    marts.insert("dim_exchange_rates", currency=currency, rate_date=rate_date, rate=Decimal(rate))


def delivered_before(marts) -> None:
    marts.shipment("A-1", supplier_id="S02")


def test_an_order_keeps_its_currency_and_the_rate_that_it_was_weighed_by(euros, settings, ask):
    rate(euros, "0.80", rate_date=EVE - timedelta(days=1))
    rate(euros, "0.85")
    rate(euros, "0.99", rate_date=DAY + timedelta(days=1))
    plan_orders(settings, as_of_date=DAY)
    [(supplier, currency, value, worth, of_day, _)] = ask(ORDERS)
    assert (supplier, currency, worth, of_day) == ("S02", "EUR", Decimal("0.85"), EVE)
    [(units, cost, line_value)] = ask("select units, unit_cost, line_value from ops.purchase_order_lines")
    assert (cost, value) == (2, 2 * units) == (2, line_value)
    [(base_cost,)] = ask("select unit_cost from plan.inputs")
    assert base_cost == Decimal("1.70")
    assert ask(EXCEPTIONS) == []


def test_an_item_in_other_money_is_bought_as_one_that_costs_as_much_in_ours(euros, settings, ask):
    rate(euros, "0.50")
    euros.sku("MUG", on_hand=20, unit_cost=Decimal("1.00"), pack_units=1, minimum_order_units=1)
    plan_orders(settings, as_of_date=DAY)
    [bags, mugs] = ask("select order_units from plan.decisions order by sku")
    assert bags == mugs


def test_the_threshold_is_in_the_base_currency(euros, settings, with_threshold, ask):
    delivered_before(euros)
    rate(euros, "0.50")
    plan_orders(settings, as_of_date=DAY)
    [(_, _, value, *_)] = ask(ORDERS)
    above, exact = (str(value / 2 - Decimal("0.01")), str(value / 2))
    assert release_orders(with_threshold(above), as_of_date=DAY).released == ()
    assert ask(WHY) == [(f"above the approval threshold of {Decimal(above):,.2f} GBP",)]
    ask("update ops.purchase_orders set state = 'proposed' returning 1")
    assert release_orders(with_threshold(exact), as_of_date=DAY).released == ("PO-000001",)


def test_without_a_rate_that_suppliers_orders_wait_and_the_others_go_on(euros, settings, ask):
    euros.shipment("A-1")
    euros.sku("MUG", on_hand=20)
    rate(euros, "0.85", rate_date=DAY - timedelta(days=8))
    rate(euros, "1.10", currency="USD")
    plan_orders(settings, as_of_date=DAY)
    done = release_orders(settings, as_of_date=DAY)
    assert (done.released, done.waiting) == (("PO-000001",), ("PO-000002",))
    assert [row[3:5] for row in ask(ORDERS)] == [(None, None), (None, None)]
    [(subject, detail, mend)] = ask(EXCEPTIONS)
    assert subject == "supplier S02"
    assert detail.startswith(f"its prices are in EUR, of which the newest rate is of {DAY - timedelta(days=8)}, and 7 ")
    assert mend == "add a line with date, EUR and what one of it is worth in GBP to exchange_rates.csv"


def test_a_rate_that_comes_later_weighs_the_order_that_waits(euros, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    rate(euros, "0.85", rate_date=DAY)
    tomorrow = DAY + timedelta(days=1)
    euros.rebuild(tomorrow, BAG=20)
    plan_orders(settings, as_of_date=tomorrow)
    [(_, _, _, worth, of_day, _)] = ask(ORDERS)
    assert (worth, of_day) == (Decimal("0.85"), DAY)
    assert ask(EXCEPTIONS) == []


def test_the_mail_of_what_waits_begins_with_what_is_worth_most(euros, with_threshold, ask):
    settings = replace(with_threshold("0"), approvers_mail=("buyer@sample-gifts.example",))
    rate(euros, "0.50")
    euros.sku("MUG", on_hand=20, unit_cost=Decimal("1.50"))
    euros.supplier("S03", currency="USD")
    euros.sku("PEN", supplier_id="S03", unit_cost_currency="USD", unit_cost=Decimal("0.01"), on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    waiting = {supplier: (po_number, value) for supplier, po_number, value in ask(NUMBERS)}
    assert waiting["S02"][1] > waiting["S01"][1] > waiting["S02"][1] / 2, "more figures, and worth less"
    with connect(settings.warehouse_url) as connection:
        [message] = pending_messages(connection, WAITING)
        mail = compose_waiting_mail(settings, connection, message, datetime.now(UTC))
    assert mail is not None
    text = message_from_bytes(mail.content).get_payload(0).get_payload(decode=True).decode()
    of_unknown_worth, mugs, bags = (text.index(waiting[supplier][0]) for supplier in ("S03", "S01", "S02"))
    assert of_unknown_worth < mugs < bags


@pytest.mark.usefixtures("euros")
def test_two_people_decide_about_money_whose_worth_nobody_knows(settings):
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    assert answer_order(settings, "PO-000001", 1, "release", "buyer").outcome == "one of two"


def test_an_order_worth_less_than_its_figures_needs_one_person(euros, settings, ask):
    rate(euros, "0.50")
    plan_orders(settings, as_of_date=DAY)
    [(_, _, value, *_)] = ask(ORDERS)
    strict = replace(settings, approval_threshold=Decimal(1), second_approval_threshold=value - 1)
    release_orders(strict, as_of_date=DAY)
    assert answer_order(strict, "PO-000001", 1, "release", "buyer").outcome == "released"


def test_who_is_asked_reads_both_amounts(euros, settings, with_threshold, ask):
    rate(euros, "0.50")
    plan_orders(settings, as_of_date=DAY)
    [(_, _, value, *_)] = ask(ORDERS)
    release_orders(with_threshold("1"), as_of_date=DAY)
    [asked] = order_questions(settings)
    assert f"**€{value:,.2f}** (£{value / 2:,.2f} at 0.5 of 29 June 2011) to" in asked.body


def test_a_foreign_minimum_is_filled_up_to_in_its_own_money(euros, settings, ask):
    rate(euros, "0.50")
    plan_orders(settings, as_of_date=DAY)
    [(_, _, decided, *_)] = ask(ORDERS)
    ask("update marts.dim_suppliers set minimum_order_value = %s where supplier_id = 'S02' returning 1", decided + 10)
    tomorrow = DAY + timedelta(days=1)
    euros.rebuild(tomorrow, BAG=20)
    plan_orders(settings, as_of_date=tomorrow)
    [(_, _, filled, *_)] = ask(ORDERS)
    assert decided + 10 <= filled <= decided + 12
    [(reason,)] = ask("select reason from plan.order_outcomes where plan_date = %s", tomorrow)
    assert f"{decided + 10:,.2f} EUR" in reason


def test_suppliers_are_compared_in_one_money(euros, settings, ask):
    for supplier, cost, currency, rank in (("S01", "1.90", "GBP", 1), ("S02", "2.00", "EUR", 2)):
        euros.insert(
            "dim_supplier_offers", sku="BAG", supplier_id=supplier, supplier_sku="X", unit_cost=Decimal(cost),
            currency=currency, pack_units=1, minimum_order_units=1, is_discontinued=False, offer_rank=rank,
        )  # fmt: skip
    rate(euros, "0.85")
    plan_orders(settings, as_of_date=DAY)
    [(supplier, currency, *_)] = ask(ORDERS)
    assert (supplier, currency) == ("S02", "EUR")
    [(reason,)] = ask("select reason from ops.purchase_order_lines")
    assert "S02 at 1.70 landed" in reason
    assert reason.endswith("Weighed at 0.85 GBP for one EUR.")


def test_a_budget_counts_orders_in_other_money_at_their_rate(euros, settings, ask):
    rate(euros, "0.50")
    plan_orders(settings, as_of_date=DAY)
    [(_, _, value, *_)] = ask(ORDERS)
    euros.insert(
        "dim_overrides", override_id="B-1", scope="*", key="*", kind="budget", wanted=str(value / 4), set_by="ann",
        set_on=date(2011, 6, 1), why="cash", valid_until=date(2011, 8, 1), file_name="overrides.csv", line_number=2,
    )  # fmt: skip
    tomorrow = DAY + timedelta(days=1)
    euros.rebuild(tomorrow, BAG=20)
    plan_orders(settings, as_of_date=tomorrow)
    [(_, _, within, *_)] = ask(ORDERS)
    assert value / 2 - 2 <= within <= value / 2
