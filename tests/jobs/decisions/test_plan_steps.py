"""A plan day in steps: each done once, whoever does it, in whatever pieces; the answer is one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date

import numpy as np
import psycopg
import pytest

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.decide_shard import decide_shard
from stockroom.jobs.fit_plan_pools import fit_plan_pools
from stockroom.jobs.freeze_plan import freeze_plan
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.propose_plan_orders import propose_plan_orders
from stockroom.jobs.release_orders import release_orders
from stockroom.planning import fit_pools, plan_items
from stockroom.warehouse.plans import StepMissingError, take_turns
from stockroom.warehouse.plans_inputs import read_inputs
from stockroom.warehouse.plans_pools import read_pools

DAY = date(2011, 6, 30)
NEXT = date(2011, 7, 1)
ITEMS = ("BAG", "CUP", "JAR", "MUG", "POT")
ORDERS = "select po_number, version, state from ops.purchase_orders order by po_number"
LINES = (
    "select po_number, sku, units, reason, terms::text from ops.purchase_order_lines order by po_number, line_number"
)
DECISIONS = "select to_jsonb(d) from plan.decisions as d order by sku, location_id"
POOLS = "select * from plan.pools order by value_name"


@pytest.fixture
def shop(marts):
    """Return a shop with five items, each sold at another pace."""
    for pace, sku in enumerate(ITEMS, start=1):
        marts.sku(sku, units_per_day=pace, on_hand=10 * pace, category="mugs" if pace < 3 else "pots", days=40 + pace)
    return marts


@pytest.fixture
def in_shards_of_two(monkeypatch) -> None:
    monkeypatch.setattr("stockroom.warehouse.plans_freeze.SHARD_ITEMS", 2)


def _facts(ask) -> tuple[list[tuple], ...]:
    return ask(DECISIONS), ask(LINES), ask(ORDERS), ask(POOLS)


def test_three_shards_decide_what_one_decides(shop, settings, ask, monkeypatch):
    plan_orders(settings, as_of_date=DAY)
    whole = _facts(ask)
    _forget(shop.connection)
    monkeypatch.setattr("stockroom.warehouse.plans_freeze.SHARD_ITEMS", 2)
    plan_orders(settings, as_of_date=DAY)
    assert ask("select shards from plan.runs") == [(3,)]
    assert ask("select count(distinct shard) > 1, count(*) from plan.inputs") == [(True, 5)]
    assert _facts(ask) == whole


@pytest.mark.usefixtures("shop", "in_shards_of_two")
def test_an_item_younger_than_its_shard_sees_as_many_days_as_in_the_whole(settings):
    plan_orders(settings, as_of_date=DAY)
    with psycopg.connect(settings.warehouse_url) as connection:
        days = {read_inputs(connection, DAY, shard=shard).history.dates.size for shard in range(3)}
        assert days == {read_inputs(connection, DAY).history.dates.size} == {45}


@pytest.mark.usefixtures("in_shards_of_two")
def test_a_plan_killed_between_two_shards_is_finished_to_the_same_answer(shop, settings, ask, monkeypatch):
    plan_orders(settings, as_of_date=DAY)
    in_one_go = _facts(ask)
    _forget(shop.connection)
    freeze_plan(settings, as_of_date=DAY)
    fit_plan_pools(settings, as_of_date=DAY)
    decide_shard(settings, as_of_date=DAY, shard=1)
    with monkeypatch.context() as patch:
        patch.setattr("stockroom.jobs.decide_shard.finish_shard", _fail)
        with pytest.raises(ConnectionError):
            decide_shard(settings, as_of_date=DAY, shard=2)
    ask("update marts.fct_sales_daily set units_sold = 999 returning 1")  # what is known later changes nothing
    assert str(plan_orders(settings, as_of_date=DAY)).startswith("2011-06-30: 5 SKU-locations planned, ")
    assert _facts(ask) == in_one_go


@pytest.mark.usefixtures("shop", "in_shards_of_two")
def test_a_task_run_twice_changes_nothing(settings, ask):
    steps: list[Callable[[], object]] = [
        lambda: freeze_plan(settings, as_of_date=DAY),
        lambda: fit_plan_pools(settings, as_of_date=DAY),
        *(lambda shard=shard: decide_shard(settings, as_of_date=DAY, shard=shard) for shard in range(3)),
        lambda: propose_plan_orders(settings, as_of_date=DAY),
    ]
    for step in steps:
        step()
        before = _facts(ask), ask("select planned_at, decided_at from plan.runs"), ask("select * from plan.shards")
        assert "before" in str(step())
        assert (_facts(ask), ask("select planned_at, decided_at from plan.runs"), ask("select * from plan.shards")) == (
            before
        )


@pytest.mark.usefixtures("shop", "in_shards_of_two")
def test_two_schedulers_make_one_plan_with_one_set_of_orders(settings, ask):
    together, summaries, errors = threading.Barrier(2), [], []

    def plan() -> None:
        together.wait()
        try:
            summaries.append(plan_orders(settings, as_of_date=DAY))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=plan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(summary.was_planned for summary in summaries) == [False, True]
    assert [row[:3] for row in ask(ORDERS)] == [("PO-000001", 1, "proposed")]
    assert ask("select count(*) from plan.decisions") == [(5,)]
    assert ask("select count(*) from plan.shards") == [(3,)]


@pytest.mark.usefixtures("shop")
def test_pools_are_read_again_to_the_bit(settings):
    plan_orders(settings, as_of_date=DAY)
    with psycopg.connect(settings.warehouse_url) as connection:
        inputs, kept = read_inputs(connection, DAY), read_pools(connection, DAY)
    fitted = fit_pools(inputs.history, inputs.lead_times, inputs.policies, as_of_date=DAY)
    assert _same_bits(kept, fitted) > 10


def test_infinities_and_negative_zeros_come_back_from_the_pools(marts, settings):
    marts.sku("MUG", units_per_day=0)  # nothing sells: the class of fast movers begins beyond every number
    freeze_plan(settings, as_of_date=DAY)
    fit_plan_pools(settings, as_of_date=DAY)
    with psycopg.connect(settings.warehouse_url) as connection:
        pools = read_pools(connection, DAY)
    assert pools.classes.fast_mover_units_per_day == np.inf


@pytest.mark.usefixtures("shop")
def test_frozen_inputs_and_kept_pools_decide_a_decided_day_to_the_same_numbers(settings, ask):
    plan_orders(settings, as_of_date=DAY)
    with psycopg.connect(settings.warehouse_url) as connection:
        inputs, pools = read_inputs(connection, DAY), read_pools(connection, DAY)
    plan = plan_items(inputs.history, inputs.lead_times, inputs.policies, as_of_date=DAY, pools=pools)
    again = zip(plan.order_units.tolist(), plan.forecast_units_per_day.tolist(), strict=True)
    assert ask("select order_units, forecast_units_per_day from plan.decisions order by sku") == list(again)


@pytest.mark.usefixtures("shop", "in_shards_of_two")
def test_orders_are_not_proposed_while_a_shard_is_missing(settings, ask):
    with pytest.raises(StepMissingError, match="the inputs of 2011-06-30 are not frozen"):
        fit_plan_pools(settings, as_of_date=DAY)
    freeze_plan(settings, as_of_date=DAY)
    with pytest.raises(StepMissingError, match="the pools of 2011-06-30 are not fitted"):
        decide_shard(settings, as_of_date=DAY, shard=0)
    fit_plan_pools(settings, as_of_date=DAY)
    decide_shard(settings, as_of_date=DAY, shard=1)
    with pytest.raises(StepMissingError, match="shard 0, 2 of 3 is not decided yet"):
        propose_plan_orders(settings, as_of_date=DAY)
    assert ask(ORDERS) == []


def test_a_plan_that_fails_at_its_orders_leaves_none_and_no_gap_in_the_numbers(marts, settings, ask, monkeypatch):
    marts.sku("MUG", on_hand=20)
    with monkeypatch.context() as patch:
        patch.setattr("stockroom.jobs.propose_plan_orders.replace_exceptions", _fail)
        with pytest.raises(ConnectionError):
            plan_orders(settings, as_of_date=DAY)
    assert ask("select decided_at from plan.runs") == [(None,)]
    assert ask(ORDERS) == []
    plan_orders(settings, as_of_date=DAY)
    assert ask(ORDERS) == [("PO-000001", 1, "proposed")]


def test_an_order_released_while_the_next_plan_is_made_is_not_bought_again(marts, settings, with_threshold, ask):
    marts.sku("MUG", on_hand=20)
    marts.sku("CUP", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(with_threshold("0"), as_of_date=DAY)  # it waits for a person
    units = dict(ask("select sku, units from ops.purchase_order_lines"))
    marts.rebuild(NEXT)
    freeze_plan(settings, as_of_date=NEXT)
    fit_plan_pools(settings, as_of_date=NEXT)
    decide_shard(settings, as_of_date=NEXT, shard=0)
    assert ask("select count(*) from plan.decisions where plan_date = %s and order_units > 0", NEXT) == [(2,)]
    answer_order(settings, "PO-000001", 1, "release", "buyer")
    summary = propose_plan_orders(settings, as_of_date=NEXT)
    assert summary.items_to_order == 0
    assert ask(ORDERS) == [("PO-000001", 1, "released")]
    positions = dict(ask("select sku, position_units from plan.decisions where plan_date = %s", NEXT))
    assert positions == {"MUG": 20 + units["MUG"], "CUP": 20 + units["CUP"]}


def test_an_earlier_day_finished_late_proposes_nothing_once_a_later_one_is_under_way(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    freeze_plan(settings, as_of_date=DAY)
    marts.rebuild(NEXT)
    freeze_plan(settings, as_of_date=NEXT)
    assert plan_orders(settings, as_of_date=DAY).later_plan_date == NEXT
    assert ask(ORDERS) == []
    assert plan_orders(settings, as_of_date=NEXT).proposals.created == ("PO-000001",)


def test_a_person_can_answer_while_a_shard_is_being_decided(marts, settings, with_threshold):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(with_threshold("0"), as_of_date=DAY)
    marts.rebuild(NEXT)
    freeze_plan(settings, as_of_date=NEXT)
    with psycopg.connect(settings.warehouse_url) as deciding, psycopg.connect(settings.warehouse_url) as answering:
        deciding.execute("select pg_advisory_xact_lock(hashtextextended('stockroom.plan/2011-07-01/shard 0', 0))")
        answering.execute("set lock_timeout = '1s'")
        take_turns(answering)


def _fail(*_args: object, **_given: object) -> int:
    raise ConnectionError("the line went dead")


def _forget(connection: psycopg.Connection) -> None:
    """Take the warehouse back to before the plan."""
    connection.execute("""
        truncate plan.runs, plan.inputs, plan.lead_times, plan.pools, plan.shards, plan.decisions,
            ops.purchase_orders, ops.purchase_order_lines, ops.purchase_order_events, ops.number_series cascade""")
    connection.commit()


def _same_bits(first: object, second: object) -> int:
    """Assert that two records hold the same numbers to the bit, and return how many arrays and numbers that is."""
    assert type(first) is type(second)
    if not is_dataclass(first):
        one, other = np.asarray(first), np.asarray(second)
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.tobytes() == other.tobytes()
        return 1
    return sum(_same_bits(getattr(first, field.name), getattr(second, field.name)) for field in fields(first))
