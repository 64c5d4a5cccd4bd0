"""What the command line says to a slip of the hand, and to questions about what waits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from stockroom.cli import main


@pytest.fixture
def at_warehouse(warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a warehouse that the command line works at, as in production."""
    settings = {
        "WAREHOUSE_URL": warehouse.url_of("stockroom_app"),
        "LANDING_URL": tmp_path.as_uri(),
        **{f"{name}_DIR": str(tmp_path) for name in ("DOCUMENTS", "OUTBOX", "REPORTS", "DBT")},
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"STOCKROOM_{name}", value)
    return warehouse


def sell(warehouse, day: str, *, read_until: datetime) -> None:
    warehouse.connection.execute("create table marts.fct_sales_daily (sold_date date)")
    warehouse.connection.execute("insert into marts.fct_sales_daily values (%s)", (day,))
    warehouse.connection.execute(
        """
        insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at, window_end)
        values ('shopify', 'orders', 'a', 1, 'x', now(), %s)
        """,
        (read_until,),
    )
    warehouse.connection.commit()


def test_a_date_that_is_none_is_answered_with_how_to_write_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--as-of", "banana"])
    assert "'banana' is no day; write it as year, month and day, such as 2011-06-20" in capsys.readouterr().err


@pytest.mark.parametrize("day", ["2010-12-01", "2011-07-01"])
def test_a_run_outside_the_sample_names_the_days_that_it_has(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--as-of", day]) == 1
    assert "give a day from 2010-12-02 to 2011-06-30" in capsys.readouterr().err


def test_a_named_day_is_one_morning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--as-of", "2011-06-20", "--two-mornings"]) == 1
    assert "leave --as-of or --two-mornings out" in capsys.readouterr().err


@pytest.mark.parametrize("day", ["2011-05-01", "2011-06-21"])
def test_a_job_outside_the_data_names_the_days_that_the_warehouse_holds(
    day: str, at_warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    sell(at_warehouse, "2011-05-01", read_until=datetime(2011, 6, 20, 5, tzinfo=UTC))
    assert main(["summary", "--as-of", day]) == 1
    assert "give a day from 2011-05-02 to 2011-06-20" in capsys.readouterr().err
    assert main(["summary", "--as-of", "2011-06-20"]) == 0


def test_a_warehouse_without_sales_refuses_no_date(at_warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    assert at_warehouse
    assert main(["summary", "--as-of", date(2030, 1, 1).isoformat()]) == 0
    assert "2030-01-01 was not planned" in capsys.readouterr().out


def test_what_waits_can_be_listed_and_an_unknown_order_is_answered_with_how(
    at_warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    at_warehouse.connection.execute("create table marts.dim_suppliers (supplier_id text, name text)")
    at_warehouse.connection.commit()
    assert main(["waiting"]) == 0
    assert main(["exceptions"]) == 0
    assert capsys.readouterr().out == "no order waits for an answer\nnothing wants a person\n"
    assert main(["answer", "PO-000009", "1", "release", "--who", "ann"]) == 1
    assert "`stockroom waiting` lists those that wait" in capsys.readouterr().err


def test_a_project_in_which_nothing_ran_says_what_to_do_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("STOCKROOM_WAREHOUSE_URL", raising=False)
    for folder in ("dags", "dbt_project"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["waiting"]) == 1
    assert "nothing ran here yet; `make run` runs the main job" in capsys.readouterr().err


def test_a_supplier_is_given_a_way_and_an_order_that_is_none_cannot_be_changed(
    at_warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at_warehouse
    assert main(["order-way", "S01"]) == 0
    assert "S01: folder, as pdf, csv" in capsys.readouterr().out
    assert main(["order-way", "S01", "--by", "mail:in@mugs.example", "--as", "pdf,xlsx", "--who", "buyer"]) == 0
    assert "S01: mail:in@mugs.example, as pdf, xlsx (en-GB; set by buyer, version 1)" in capsys.readouterr().out
    because = ["--because", "no need", "--who", "buyer"]
    for command in (["cancel", "PO-000009"], ["amend", "PO-000009", "--line", "1=12", "--wanted-by", "2011-07-20"]):
        assert main([*command, *because]) == 1
        assert "PO-000009 is no purchase order of ours" in capsys.readouterr().err


def test_an_order_in_doubt_and_any_other_exception_are_settled_by_one_command(
    at_warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at_warehouse
    who = ["--who", "buyer"]
    assert main(["settle", "purchase_order/PO-000009/v1", "arrived", *who]) == 1
    assert "is not in doubt; `stockroom exceptions` names what is" in capsys.readouterr().err
    assert main(["settle", "purchase_order/PO-000009/v1", "again", "--note", "lost", *who]) == 1
    assert "leave --note out" in capsys.readouterr().err
    assert main(["settle", "late_supply/PO-000009", "acted", "--note", "called", *who]) == 1
    assert "no exception late_supply/PO-000009 stands" in capsys.readouterr().err
