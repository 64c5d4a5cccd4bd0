"""A run's summary counts what it added, and says so when that is nothing."""

from __future__ import annotations

import doctest
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from stockroom.jobs import summarise_run as module
from stockroom.jobs.summarise_run import summarise_run
from stockroom.settings import Settings

DAY = date(2011, 6, 30)
RUN_BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
BEFORE, DURING = RUN_BEGAN - timedelta(hours=1), RUN_BEGAN + timedelta(minutes=1)


@pytest.fixture
def settings(warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(
        warehouse_url=warehouse.url,
        landing_url=tmp_path.as_uri() + "/landing",
        documents_dir=tmp_path / "documents",
        outbox_dir=tmp_path / "outbox",
        reports_dir=tmp_path / "reports",
        dbt_dir=tmp_path,
    )


def land(warehouse, *, at: datetime, loaded: int = 0, rejected: tuple[str, ...] = (), file_name: str = "a") -> None:
    [(landing_file_id,)] = warehouse.connection.execute(
        """
        insert into raw.landing_files (source, stream, path, bytes, sha256, loaded_count, rejected_count, landed_at,
            loaded_at)
        values ('shopify', 'orders', %s, 1, 'x', %s, %s, %s, %s) returning landing_file_id
        """,
        (f"{at}/{file_name}", loaded, len(rejected), at, at),
    ).fetchall()
    for line_number, reason in enumerate(rejected, start=1):
        warehouse.connection.execute(
            "insert into raw.rejected_records values (%s, %s, %s, 'x')", (landing_file_id, line_number, reason)
        )
    warehouse.connection.commit()


def plan(warehouse, day: date, *, at: datetime) -> None:
    warehouse.connection.execute(
        """
        insert into plan.runs (plan_date, planned_at, inputs_sha256, policy, items, decided_at)
        values (%(day)s, %(at)s, 'x', '{}', 1, %(at)s)
        """,
        {"day": day, "at": at},
    )
    warehouse.connection.commit()


def order(warehouse, number: int, state: str, value: int, *, at: datetime, day: date = DAY) -> None:
    warehouse.connection.execute(
        """
        insert into ops.purchase_orders (po_number, supplier_id, location_id, currency, plan_date, state, value,
            lines_sha256, updated_at)
        values (%s, %s, 'LONDON', 'GBP', %s, %s, %s, 'x', %s)
        """,
        (f"PO-{number:06}", f"S{number}", day, state, value, at),
    )
    warehouse.connection.commit()


def test_a_first_run_counts_rows_orders_and_money(settings: Settings, warehouse) -> None:
    land(warehouse, at=DURING, loaded=1200, rejected=("line 1 is no JSON",))
    plan(warehouse, DAY, at=DURING)
    order(warehouse, 1, "released", 1500, at=DURING)
    order(warehouse, 2, "waiting", 2500, at=DURING)
    text = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    assert text.startswith("Plan for the morning of 2011-06-30:")
    assert "shopify: 1,200 orders" in text
    assert "rejected   1 row\n" in text
    assert "1 released, worth 1,500.00 GBP" in text
    assert "1 waiting for a person, worth 2,500.00 GBP" in text
    assert "outbox/purchase_orders" in text
    assert "purchase_orders/PO-*-reasons.html" in text
    assert "stockroom answer" in text


def test_a_second_run_says_that_nothing_is_new_and_what_stands(settings: Settings, warehouse) -> None:
    land(warehouse, at=BEFORE, loaded=1200)
    plan(warehouse, DAY, at=BEFORE)
    order(warehouse, 1, "released", 1500, at=BEFORE)
    text = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    assert text.startswith("Nothing is new")
    assert "orders     0 new or changed" in text
    assert "1 released, worth 1,500.00 GBP" in text


@pytest.mark.parametrize("new", ["row", "order", "plan"])
def test_anything_new_is_new(settings: Settings, warehouse, new: str) -> None:
    plan(warehouse, DAY, at=DURING if new == "plan" else BEFORE)
    if new == "row":
        land(warehouse, at=DURING, loaded=1)
    if new == "order":
        order(warehouse, 1, "refused", 1500, at=DURING)
    assert str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN)).startswith("Plan for the morning")


def test_an_earlier_day_planned_after_a_later_one_says_why_it_has_no_orders(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=BEFORE)
    plan(warehouse, DAY - timedelta(days=10), at=DURING)
    text = str(summarise_run(settings, as_of_date=DAY - timedelta(days=10), since=RUN_BEGAN))
    assert "none: 2011-06-30 was planned before, and its orders stand" in text


def test_an_unreadable_file_is_named_with_its_reason(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=DURING)
    land(warehouse, at=DURING, rejected=("the gzip data ends early; send the file again",), file_name="terms.csv")
    text = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    assert "rejected   1 row of 1 file" in text
    assert "shopify: terms.csv, line 1: the gzip data ends early; send the file again\n" in text + "\n"


def test_what_an_earlier_run_rejected_is_shown_until_its_file_comes_again(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=BEFORE)
    land(warehouse, at=BEFORE, rejected=("no sku", "no price", "no date"), file_name="terms.csv")
    text = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    assert text.startswith("Nothing is new")
    assert "terms.csv, line 1: no sku (and 2 more rows)" in text
    land(warehouse, at=DURING, loaded=3, file_name="terms.csv")
    assert "terms.csv" not in str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))


def test_mails_of_the_run_stand_apart_from_all_mails(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=BEFORE)
    for number, at in enumerate((BEFORE, BEFORE, DURING)):
        warehouse.connection.execute(
            "insert into ops.outbox values (%s, 'restock_mail', 'x', 'sent', 1, %s, %s, 'x')", (str(number), at, at)
        )
    warehouse.connection.commit()
    in_run, stands = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN)).split("As it stands now")
    assert "1 restock mail\n" in in_run
    assert "3 restock mails in all" in stands


def test_texts_are_counted_beside_mails(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=BEFORE)
    assert "text" not in str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    warehouse.connection.execute(
        "insert into ops.outbox values ('1', 'restock_sms', 'x', 'sent', 1, %(at)s, %(at)s, 'x')", {"at": DURING}
    )
    warehouse.connection.commit()
    text = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    in_run, stands = text.split("As it stands now")
    assert not text.startswith("Nothing is new")
    assert "1 restock text\n" in in_run
    assert "1 restock text in all" in stands


def test_what_became_of_notices_stands_below_the_mails(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=BEFORE)
    assert "led to" not in str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    connection = warehouse.connection
    wave = connection.execute(
        """
        insert into ops.restock_waves (sku, free_units, told_requests, promised_units) values ('A', 2, 2, 2)
        returning wave_id
        """
    ).fetchone()
    for bought_at in (BEFORE, None):
        connection.execute(
            """
            with people as (
                insert into pii.shoppers (email, contact_sha256) values (%(id)s, %(id)s) returning shopper_id
            ),
            asked as (
                insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)
                select %(id)s, shopper_id, 'A', 1, %(at)s, 'sent' from people returning request_id
            )
            insert into ops.restock_outcomes
                (request_id, wave_id, sku, quantity, expected_units, chosen_at, clicked_at, bought_at)
            select request_id, %(wave)s, 'A', 1, 1, %(at)s, %(at)s, %(bought_at)s from asked
            """,
            {"id": str(bought_at), "at": BEFORE, "bought_at": bought_at, "wave": wave[0]},
        )
    connection.commit()
    text = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    assert "2 of these led to the shop, 1 to a purchase" in text.split("As it stands now")[1]
    assert text.startswith("Nothing is new")


def test_what_waits_unchanged_since_an_earlier_plan_waits_still(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY - timedelta(days=2), at=BEFORE)
    order(warehouse, 1, "waiting", 2500, at=BEFORE, day=DAY - timedelta(days=2))
    order(warehouse, 2, "sent", 900, at=BEFORE, day=DAY - timedelta(days=2))
    plan(warehouse, DAY, at=DURING)
    order(warehouse, 3, "waiting", 100, at=DURING)
    text = str(summarise_run(settings, as_of_date=DAY))
    assert "0 released, worth 0.00 GBP" in text
    assert "2 waiting for a person, worth 2,600.00 GBP" in text
    assert "1 waiting for a person, worth 2,500.00 GBP" in str(
        summarise_run(settings, as_of_date=DAY - timedelta(days=2))
    )


def test_a_gate_that_failed_is_not_called_passed(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=BEFORE)
    for passed in (True, False):
        warehouse.connection.execute(
            """
            insert into ops.gate_runs (gate, as_of_date, passed, last_landing_file_id, report_path)
            values ('decisions', %s, %s, 1, 'report.html')
            """,
            (DAY, passed),
        )
    warehouse.connection.commit()
    assert "decisions: failed" in str(summarise_run(settings, as_of_date=DAY))


def test_a_day_without_a_plan_is_said_to_have_none(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=BEFORE)
    text = str(summarise_run(settings, as_of_date=DAY - timedelta(days=3)))
    assert text.startswith("2011-06-27 was not planned. Planned days: 2011-06-30.")
    assert "0" not in text.replace("2011-06-27", "").replace("2011-06-30", "")


def test_one_thing_is_counted_in_the_singular(settings: Settings, warehouse) -> None:
    results = doctest.testmod(module)
    assert results.attempted == 1
    assert results.failed == 0
    plan(warehouse, DAY, at=BEFORE)
    land(warehouse, at=DURING, loaded=1)
    assert "shopify: 1 order  " in str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))


def test_supply_in_trouble_is_named_with_its_money(settings: Settings, warehouse) -> None:
    plan(warehouse, DAY, at=DURING)
    assert "at risk" not in str(summarise_run(settings, as_of_date=DAY))
    warehouse.connection.execute(
        """
        insert into ops.exceptions
            (exception_key, kind, subject, detail, mend, po_number, money_at_risk, currency, answer)
        values ('late_supply/PO-000001/1', 'late_supply', '', '', '', 'PO-000001', 100, 'GBP', null),
               ('late_supply/PO-000001/2', 'late_supply', '', '', '', 'PO-000001', 900, 'GBP', 'dismissed')
        """
    )
    warehouse.connection.commit()
    assert "100.00 GBP at risk in 1 supply exception  " in str(summarise_run(settings, as_of_date=DAY))
