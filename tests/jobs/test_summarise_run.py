"""A run's summary counts what it added, and says so when that is nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

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


def land(warehouse, *, at: datetime, loaded: int, rejected: int = 0) -> None:
    warehouse.connection.execute(
        """
        insert into raw.landing_files (source, stream, path, bytes, sha256, loaded_count, rejected_count, landed_at,
            loaded_at)
        values ('shopify', 'orders', %s, 1, 'x', %s, %s, %s, %s)
        """,
        (str(at), loaded, rejected, at, at),
    )
    warehouse.connection.commit()


def plan(warehouse, day: date, *, at: datetime) -> None:
    warehouse.connection.execute("insert into plan.runs values (%s, %s, 'x', '{}', 1)", (day, at))
    warehouse.connection.commit()


def order(warehouse, number: int, state: str, value: int, *, at: datetime) -> None:
    warehouse.connection.execute(
        """
        insert into ops.purchase_orders (po_number, supplier_id, location_id, currency, plan_date, state, value,
            lines_sha256, updated_at)
        values (%s, %s, 'LONDON', 'GBP', %s, %s, %s, 'x', %s)
        """,
        (f"PO-{number:06}", f"S{number}", DAY, state, value, at),
    )
    warehouse.connection.commit()


def test_a_first_run_counts_rows_orders_and_money(settings: Settings, warehouse) -> None:
    land(warehouse, at=DURING, loaded=1200, rejected=1)
    plan(warehouse, DAY, at=DURING)
    order(warehouse, 1, "released", 1500, at=DURING)
    order(warehouse, 2, "waiting", 2500, at=DURING)
    text = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    assert text.startswith("Plan for the morning of 2011-06-30:")
    assert "shopify: 1,200 orders" in text
    assert "1 row  " in text
    assert "1 released, worth 1,500.00 GBP" in text
    assert "1 waiting for a person, worth 2,500.00 GBP" in text
    assert "outbox/purchase_orders" in text
    assert "stockroom answer" in text


def test_a_second_run_says_that_nothing_is_new_and_what_stands(settings: Settings, warehouse) -> None:
    land(warehouse, at=BEFORE, loaded=1200)
    plan(warehouse, DAY, at=BEFORE)
    order(warehouse, 1, "released", 1500, at=BEFORE)
    text = str(summarise_run(settings, as_of_date=DAY, since=RUN_BEGAN))
    assert text.startswith("Nothing is new")
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
