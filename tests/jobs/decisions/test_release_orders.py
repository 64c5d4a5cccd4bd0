"""Releasing: what goes by itself, what waits, and that it happens once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.deliver_waiting_mail import WAITING, compose_waiting_mail
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.release_orders import release_orders
from stockroom.jobs.waiting_orders import waiting_orders
from stockroom.warehouse import connect
from stockroom.warehouse.outbox import pending_messages

DAY = date(2011, 6, 30)
OUTBOX = "select message_key, kind, subject_key, state from ops.outbox order by message_key"
EVENTS = "select po_number, from_state, to_state, actor, note from ops.purchase_order_events order by event_id"


def test_a_small_order_goes_by_policy_into_the_outbox(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    summary = release_orders(settings, as_of_date=DAY)
    assert str(summary) == "1 orders released, 0 wait for a person (threshold 2,000.00 GBP)"
    assert ask("select state from ops.purchase_orders") == [("released",)]
    assert ask(OUTBOX) == [("purchase_order/PO-000001/v1", "purchase_order", "PO-000001/v1", "pending")]
    assert ask(EVENTS)[-1] == (
        "PO-000001", "proposed", "released", "policy", "not above the approval threshold of 2,000.00 GBP",
    )  # fmt: skip


def test_an_order_of_exactly_the_threshold_goes_and_a_penny_more_waits(marts, settings, with_threshold, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    [(value,)] = ask("select value from ops.purchase_orders")
    ask("update ops.purchase_orders set value = value + 0.01 returning 1")
    assert release_orders(with_threshold(str(value)), as_of_date=DAY).waiting == ("PO-000001",)
    ask("update ops.purchase_orders set value = value - 0.01, state = 'proposed' returning 1")
    assert release_orders(with_threshold(str(value)), as_of_date=DAY).released == ("PO-000001",)


def test_releasing_twice_releases_once(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    before = ask(OUTBOX), ask(EVENTS)
    again = release_orders(settings, as_of_date=DAY)
    assert (again.released, again.waiting) == ((), ())
    assert (ask(OUTBOX), ask(EVENTS)) == before


def test_a_large_order_waits_and_says_what_it_is(marts, with_threshold, ask):
    marts.sku("MUG", on_hand=20)
    settings = with_threshold("10")
    plan_orders(settings, as_of_date=DAY)
    assert release_orders(settings, as_of_date=DAY).waiting == ("PO-000001",)
    assert ask(OUTBOX) == []
    [waiting] = waiting_orders(settings)
    assert (waiting.po_number, waiting.version, waiting.supplier_name, waiting.lines) == (
        "PO-000001",
        1,
        "Mug Makers",
        1,
    )
    assert str(waiting) == (
        f"PO-000001 version 1: {waiting.value:,.2f} GBP to Mug Makers, 1 line and {waiting.units:,} units for LONDON"
    )


def test_an_order_in_foreign_money_waits_however_small(marts, settings, ask):
    marts.supplier("S02", currency="EUR")
    marts.sku("BAG", supplier_id="S02", unit_cost_currency="EUR", units_per_day=1, pack_units=1, minimum_order_units=1)
    plan_orders(settings, as_of_date=DAY)
    assert release_orders(settings, as_of_date=DAY).waiting == ("PO-000001",)
    assert ask(EVENTS)[-1][-1] == "in EUR, which the approval threshold does not cover"


def test_a_release_for_an_earlier_day_leaves_later_proposals_alone(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    assert release_orders(settings, as_of_date=date(2011, 6, 20)).released == ()
    assert ask("select state from ops.purchase_orders") == [("proposed",)]


def test_what_went_to_a_supplier_this_week_counts_against_its_next_order(marts, with_threshold, ask):
    marts.sku("MUG", on_hand=20)
    marts.sku("CUP", on_hand=20, locations=("LEEDS",))
    plan_orders(with_threshold("0"), as_of_date=DAY)
    [(first,), (second,)] = ask("select value from ops.purchase_orders order by po_number")
    settings = with_threshold(str(first + second - Decimal("0.01")))
    assert release_orders(settings, as_of_date=DAY).released == ("PO-000001",)
    assert ask("select change_note from ops.purchase_orders where state = 'waiting'")[0][0].startswith(
        f"with {first:,.2f} GBP that went to this supplier within 7 days, above"
    )
    ask("update ops.purchase_orders set plan_date = '2011-06-23', state = 'sent' where state = 'released' returning 1")
    ask("update ops.purchase_orders set state = 'proposed' where state = 'waiting' returning 1")
    assert release_orders(settings, as_of_date=DAY).released == ("PO-000002",), "eight days ago is another week"


def test_a_small_order_at_a_risen_price_in_an_unusual_quantity_waits_with_both_reasons(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    for number in range(3):
        marts.order_line(f"H-{number:06}", units_ordered=12, units_open=0, units_received=12, unit_cost="1.60")
    plan_orders(settings, as_of_date=DAY)
    assert release_orders(settings, as_of_date=DAY).waiting == ("PO-000001",)
    [(units,)] = ask("select units from ops.purchase_order_lines")
    assert ask("select change_note from ops.purchase_orders") == [
        (f"small, but MUG: {units} units are {units / 12:.1f} times the usual 12; MUG: 2.00 a unit is 25 % more than"
         " last time",),
    ]  # fmt: skip


def test_what_was_refused_is_not_asked_about_again_for_a_week(marts, with_threshold, ask):
    settings = with_threshold("0")
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    answer_order(settings, "PO-000001", 1, "refuse", "ann")
    marts.rebuild(DAY + timedelta(days=1))
    plan_orders(settings, as_of_date=DAY + timedelta(days=1))
    summary = release_orders(settings, as_of_date=DAY + timedelta(days=1))
    assert (summary.waiting, summary.held) == ((), ("PO-000002",))
    assert ask("select state, change_note from ops.purchase_orders where po_number = 'PO-000002'") == [
        ("proposed", "refused by ann as PO-000001, asked again from 2011-07-07")
    ]
    assert release_orders(settings, as_of_date=DAY + timedelta(days=7)).waiting == ("PO-000002",)


def test_much_more_than_was_refused_is_another_question(marts, with_threshold, ask):
    settings = with_threshold("0")
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    answer_order(settings, "PO-000001", 1, "refuse", "ann")
    ask("update ops.purchase_order_lines set units = units / 2 returning 1")
    marts.rebuild(DAY + timedelta(days=1))
    plan_orders(settings, as_of_date=DAY + timedelta(days=1))
    assert release_orders(settings, as_of_date=DAY + timedelta(days=1)).waiting == ("PO-000002",)


def test_of_an_order_only_what_was_not_refused_is_asked_again(marts, with_threshold, ask):
    settings = with_threshold("0")
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    answer_order(settings, "PO-000001", 1, "refuse", "ann")
    marts.sku("CUP", on_hand=20)
    tomorrow, after, week = (DAY + timedelta(days=days) for days in (1, 2, 7))
    marts.rebuild(tomorrow)
    plan_orders(settings, as_of_date=tomorrow)
    summary = release_orders(settings, as_of_date=tomorrow)
    assert (summary.waiting, summary.held) == (("PO-000002",), ())
    lines = "select sku from ops.purchase_order_lines where po_number = %s and version = %s order by sku"
    assert ask(lines, "PO-000002", 1) == [("CUP",)], "the mug was refused yesterday"
    proposed = "select note from ops.purchase_order_events where po_number = %s and to_state = 'proposed'"
    without = "without 1 line that ann refused as PO-000001, asked again from 2011-07-07"
    assert ask(proposed, "PO-000002") == [(f"the plan of 2011-07-01, {without}",)]
    [(decided, value, why)] = ask(
        "select decided_value, value, reason from plan.order_outcomes where plan_date = %s", tomorrow
    )
    assert decided > value
    assert why.endswith(f" W{without[1:]}.")
    answer_order(settings, "PO-000002", 1, "refuse", "bob")
    marts.rebuild(after)
    plan_orders(settings, as_of_date=after)
    assert release_orders(settings, as_of_date=after).held == ("PO-000003",), "each line was refused by somebody"
    assert ask("select change_note from ops.purchase_orders where po_number = 'PO-000003'") == [
        ("refused by ann as PO-000001 and refused by bob as PO-000002, asked again from 2011-07-07",)
    ]
    marts.rebuild(week)
    plan_orders(settings, as_of_date=week)
    assert release_orders(settings, as_of_date=week).waiting == ("PO-000003",)
    assert ask(lines, "PO-000003", 2) == [("MUG",)], "the cup was refused a day later, and stays out a day longer"


def test_whoever_is_to_hear_of_it_hears_once_a_plan_what_waits(marts, with_threshold):
    settings = replace(with_threshold("10"), approvers_mail=("buyer@sample-gifts.example",))
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    for _ in range(2):
        release_orders(settings, as_of_date=DAY)
    with connect(settings.warehouse_url) as connection:
        [message] = pending_messages(connection, WAITING)
        mail = compose_waiting_mail(settings, connection, message, datetime.now(UTC))
    assert mail is not None
    assert mail.recipient == "buyer@sample-gifts.example"
    text = message_from_bytes(mail.content).get_payload(0).get_payload(decode=True).decode()
    assert "1 purchase order waits for an answer" in text
    assert "to Mug Makers" in text
    assert "above the approval threshold of 10.00 GBP" in text
    answer_order(settings, "PO-000001", 1, "refuse", "ann")
    with connect(settings.warehouse_url) as connection:
        assert compose_waiting_mail(settings, connection, message, datetime.now(UTC)) is None
