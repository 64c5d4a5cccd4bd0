"""Answering: a named person, the version that was asked about, once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.check_decisions import check_decisions
from stockroom.jobs.gate_keeping import GateFailedError
from stockroom.jobs.named_people import UnnamedApproverError
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.release_orders import release_orders
from stockroom.jobs.waiting_orders import describe_waiting, waiting_orders
from stockroom.orchestration.approvals import second_question, waiting_questions
from stockroom.warehouse import connect
from stockroom.warehouse.orders import UnknownOrderError

DAY = date(2011, 6, 30)
EVENTS = "select version, from_state, to_state, actor, note from ops.purchase_order_events order by event_id desc"


def _spoil_decision(settings, sku: str) -> None:
    with connect(settings.warehouse_url) as connection:
        connection.execute("update plan.decisions set reorder_point_units = -1 where sku = %s", (sku,))


@pytest.fixture
def waiting(marts, with_threshold):
    """Return settings of a store in which PO-000001 waits."""
    marts.sku("MUG", on_hand=20)
    settings = with_threshold("10")
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    return settings


def test_a_release_names_who_gave_it_and_sends_the_order(waiting, ask):
    summary = answer_order(waiting, "PO-000001", 1, "release", "ann")
    assert str(summary) == "PO-000001 version 1: released (ann)"
    assert ask("select state from ops.purchase_orders") == [("released",)]
    assert ask(EVENTS)[0] == (1, "waiting", "released", "ann", "answer: release, version 1")
    assert ask("select message_key, state from ops.outbox") == [("purchase_order/PO-000001/v1", "pending")]
    assert waiting_orders(waiting) == ()


def test_an_order_that_was_answered_is_not_asked_about_again(waiting):
    assert [question["po_number"] for question in waiting_questions(waiting)] == ["PO-000001"]
    answer_order(waiting, "PO-000001", 1, "refuse", "ann")
    assert waiting_questions(waiting) == []


def test_the_list_of_waiting_orders_says_what_to_answer_with(waiting, ask):
    [(value, since)] = ask("select value, updated_at from ops.purchase_orders")
    listed = describe_waiting(waiting_orders(waiting), now=since + timedelta(hours=30)).splitlines()
    assert listed[0].split() == ["order", "version", "supplier", "value", "planned", "for", "waits"]
    assert listed[1].split() == ["PO-000001", "1", "Mug", "Makers", "to", "LONDON", f"{value:,}", "GBP", "2011-06-30",
                                 "30", "hours"]  # fmt: skip
    assert describe_waiting((), now=datetime.now(UTC)) == "no order waits for an answer"


def test_a_proposal_that_a_gate_holds_can_be_refused_and_the_others_go_on(marts, settings, ask):
    marts.supplier("S02")
    marts.sku("MUG", on_hand=20)
    marts.sku("CUP", on_hand=20, supplier_id="S02")
    plan_orders(settings, as_of_date=DAY)
    ask_held = "select po_number from ops.purchase_order_lines where sku = 'MUG'"
    [(held,)] = ask(ask_held)
    _spoil_decision(settings, "MUG")
    with pytest.raises(GateFailedError, match="MUG"):
        check_decisions(settings, as_of_date=DAY)
    assert answer_order(settings, held, 1, "refuse", "ann").outcome == "refused"
    check_decisions(settings, as_of_date=DAY)
    assert answer_order(settings, held, 1, "release", "bob").outcome == "not waiting"


def test_a_refusal_is_recorded_and_sends_nothing(waiting, ask):
    assert answer_order(waiting, "PO-000001", 1, "refuse", "ann").outcome == "refused"
    assert ask("select state from ops.purchase_orders") == [("refused",)]
    assert ask(EVENTS)[0] == (1, "waiting", "refused", "ann", "answer: refuse, version 1")
    assert ask("select count(*) from ops.outbox") == [(0,)]


@pytest.mark.parametrize("answer", ["release", "refuse", "no answer"])
def test_the_same_answer_twice_acts_once(waiting, ask, answer):
    answer_order(waiting, "PO-000001", 1, answer, "ann")
    before = ask(EVENTS), ask("select * from ops.outbox")
    assert answer_order(waiting, "PO-000001", 1, answer, "ann").outcome == "answered before"
    assert (ask(EVENTS), ask("select * from ops.outbox")) == before


def test_a_second_person_changes_nothing_and_is_recorded(waiting, ask):
    answer_order(waiting, "PO-000001", 1, "release", "ann")
    assert answer_order(waiting, "PO-000001", 1, "refuse", "bob").outcome == "not waiting"
    assert ask("select state from ops.purchase_orders") == [("released",)]
    assert ask(EVENTS)[0][3:] == ("bob", "answer: refuse, version 1; no effect, it is released")


def test_an_answer_to_an_older_version_is_recorded_without_effect(marts, waiting, ask):
    marts.rebuild(date(2011, 7, 1), MUG=2)
    plan_orders(waiting, as_of_date=date(2011, 7, 1))
    release_orders(waiting, as_of_date=date(2011, 7, 1))
    assert answer_order(waiting, "PO-000001", 1, "release", "ann").outcome == "older version"
    assert ask("select version, state from ops.purchase_orders") == [(2, "waiting")]
    assert ask(EVENTS)[0] == (1, "waiting", "waiting", "ann", "answer: release, version 1; no effect, version 2 stands")
    assert answer_order(waiting, "PO-000001", 2, "release", "ann").outcome == "released"


def test_an_answer_that_came_too_early_does_not_spoil_the_one_that_counts(marts, settings, with_threshold):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    assert answer_order(settings, "PO-000001", 1, "release", "ann").outcome == "not waiting"
    release_orders(with_threshold("0"), as_of_date=DAY)
    assert answer_order(settings, "PO-000001", 1, "release", "ann").outcome == "released"


def test_no_answer_leaves_the_order_waiting(waiting, ask):
    assert answer_order(waiting, "PO-000001", 1, "no answer", "nobody").outcome == "no answer"
    assert ask("select state from ops.purchase_orders") == [("waiting",)]
    assert ask(EVENTS)[0] == (1, "waiting", "waiting", "nobody", "answer: no answer, version 1")


def test_of_two_answers_at_once_one_decides(waiting, ask):
    together, outcomes = threading.Barrier(2), []

    def answer(choice: str, who: str) -> None:
        together.wait()
        outcomes.append(answer_order(waiting, "PO-000001", 1, choice, who).outcome)

    threads = [
        threading.Thread(target=answer, args=("release", "ann")),
        threading.Thread(target=answer, args=("refuse", "bob")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["not waiting", "released"], ["not waiting", "refused"])
    [(state,)] = ask("select state from ops.purchase_orders")
    assert ask("select count(*) from ops.outbox") == [(1 if state == "released" else 0,)]


def test_an_unknown_order_a_strange_answer_and_a_nameless_one_are_refused(waiting):
    with pytest.raises(UnknownOrderError, match="PO-000009 is no purchase order of ours; `stockroom waiting` lists"):
        answer_order(waiting, "PO-000009", 1, "release", "ann")
    with pytest.raises(ValueError, match="'maybe' is no answer"):
        answer_order(waiting, "PO-000001", 1, "maybe", "ann")
    with pytest.raises(ValueError, match="needs the name"):
        answer_order(waiting, "PO-000001", 1, "release", " ")


@pytest.fixture
def large(waiting):
    """Return settings in which the order that waits is large enough for two people; dora is a second approver."""
    return replace(waiting, second_approval_threshold=Decimal(1))


def test_a_large_order_goes_when_a_second_approver_joins_the_first(large, ask):
    assert answer_order(large, "PO-000001", 1, "release", "ann").outcome == "one of two"
    assert ask("select state from ops.purchase_orders") == [("waiting",)]
    [question] = waiting_questions(large)
    assert (question["asked"], question["step"]) == ("dora", "second")
    assert "**ann agreed.** An order of this size needs a second person." in question["body"]
    assert answer_order(large, "PO-000001", 1, "release", "ann").outcome == "answered before"
    assert answer_order(large, "PO-000001", 1, "release", "bob").outcome == "one of two", "neither is a second approver"
    assert answer_order(large, "PO-000001", 1, "release", "dora").outcome == "released"
    assert ask(EVENTS)[0][3:] == ("dora", "answer: release, version 1; the second of two, after ann, bob")


def test_a_second_person_is_asked_only_about_a_large_order_that_the_first_let_go(large, waiting):
    [first] = waiting_questions(large)
    assert second_question(large, first) is None, "nobody said yes yet"
    answer_order(large, "PO-000001", 1, "release", "dora")
    second = second_question(large, first)
    assert second is not None
    assert second["asked"] == "ann,bob,buyer", "a second approver went first: any other will do"
    answer_order(waiting, "PO-000001", 1, "release", "ann")
    assert second_question(large, first) is None


def test_the_second_of_two_may_refuse(large, ask):
    answer_order(large, "PO-000001", 1, "release", "ann")
    assert answer_order(large, "PO-000001", 1, "refuse", "dora").outcome == "refused"
    assert ask("select count(*) from ops.outbox") == [(0,)]


def test_only_named_people_may_answer(waiting, ask):
    with pytest.raises(UnnamedApproverError, match=r"'eve' may not answer for orders; .* name: ann, bob, buyer, dora"):
        answer_order(waiting, "PO-000001", 1, "release", "eve")
    assert ask("select state from ops.purchase_orders") == [("waiting",)]
    assert "eve" not in {event[3] for event in ask(EVENTS)}
