"""The desk shows what orders hold as text, whatever they hold, and gives out nothing but orders' documents."""

from __future__ import annotations

import importlib.util
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stockroom.jobs.list_orders import ShownOrder, document_path, list_orders
from stockroom.settings import Settings
from stockroom.warehouse.order_list import ListedOrder


def _settings(folder: Path, url: str = "") -> Settings:
    return Settings(url, "", folder, folder, folder, folder)


def _desk() -> Any:
    specification = importlib.util.spec_from_file_location(
        "operators_desk", Path(__file__).parents[2] / "plugins" / "operators_desk.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _row(order: ListedOrder, supplier_name: str) -> str:
    row: str = _desk()._row(ShownOrder(order, supplier_name, ("pdf",)))
    return row


def test_a_suppliers_name_is_shown_as_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    evil = "<script>alert(1)</script>"
    order = ListedOrder(
        "PO-000001", 2, "S01", "LONDON", date(2011, 6, 30), "waiting", Decimal("2310.5"), "GBP", "purchase"
    )
    row = _row(order, evil)
    assert evil not in row
    assert "&lt;script&gt;" in row
    assert "2,310.50 GBP" in row
    assert 'href="documents/PO-000001.pdf"' in row
    assert 'href="../dags/approve_purchase_orders/required_actions"' in row


@pytest.mark.parametrize("number", ["../PO-000001", "PO-000001/..", "H-000001", "PO-1", "PO-00000१", ""])
def test_only_our_own_numbers_name_a_document(tmp_path: Path, number: str) -> None:
    assert document_path(_settings(tmp_path), number, "pdf") is None
    assert document_path(_settings(tmp_path), number, "reasons") is None


def test_a_document_is_found_where_the_documents_lie(tmp_path: Path) -> None:
    file = tmp_path / "purchase_orders" / "PO-000001.pdf"
    file.parent.mkdir()
    file.touch()
    assert document_path(_settings(tmp_path), "PO-000001", "pdf") == file
    assert document_path(_settings(tmp_path), "PO-000001", "csv") is None


def test_whoever_has_to_answer_finds_the_reasons_beside_the_order(tmp_path: Path) -> None:
    annex = tmp_path / "purchase_orders" / "PO-000001-reasons.html"
    annex.parent.mkdir()
    annex.touch()
    assert document_path(_settings(tmp_path), "PO-000001", "reasons") == annex


def test_orders_that_wait_come_first(warehouse: Any, tmp_path: Path) -> None:
    warehouse.connection.execute(
        """
        insert into ops.purchase_orders
            (po_number, supplier_id, location_id, currency, plan_date, state, value, lines_sha256)
        values ('PO-000001', 'S01', 'LONDON', 'GBP', '2011-06-20', 'waiting', 3000, ''),
               ('PO-000002', 'S01', 'LONDON', 'GBP', '2011-06-30', 'released', 10, '')
        """
    )
    warehouse.connection.commit()
    shown = list_orders(_settings(tmp_path, warehouse.url))
    assert [item.order.po_number for item in shown] == ["PO-000001", "PO-000002"]
    assert shown[0].supplier_name == "S01"


def test_a_supplier_is_shown_by_name_once_the_marts_hold_it(warehouse: Any, tmp_path: Path) -> None:
    warehouse.connection.execute(
        """
        create table marts.dim_suppliers (supplier_id text, name text);
        insert into marts.dim_suppliers values ('S01', 'Mug Makers'), ('S02', null);
        insert into ops.purchase_orders
            (po_number, supplier_id, location_id, currency, plan_date, state, value, lines_sha256)
        values ('PO-000001', 'S01', 'LONDON', 'GBP', '2011-06-20', 'waiting', 3000, ''),
               ('PO-000002', 'S02', 'LONDON', 'GBP', '2011-06-20', 'released', 10, '')
        """
    )
    warehouse.connection.commit()
    shown = list_orders(_settings(tmp_path, warehouse.url))
    assert [item.supplier_name for item in shown] == ["Mug Makers", "S02"]


def test_the_gravest_exceptions_are_shown_with_what_would_help_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch, warehouse: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    for name, url in (("warehouse_url", warehouse.url), ("landing_url", "x")):
        monkeypatch.setenv(f"STOCKROOM_{name.upper()}", url)
    for name in ("documents_dir", "outbox_dir", "reports_dir", "dbt_dir"):
        monkeypatch.setenv(f"STOCKROOM_{name.upper()}", str(tmp_path))
    page = _desk().show_desk()
    assert "Nothing: what is under way is on time" in page
    warehouse.connection.execute(
        """
        insert into ops.exceptions (exception_key, kind, subject, detail, mend, stockout_probability, money_at_risk,
            currency, proposal, proposal_gain, owner, put_forward_on, answer)
        values ('late_supply/PO-000001/1', 'late_supply', 'PO-000001/1, <b>Mug</b>', 'late', '', 0.62, 340, 'GBP',
                'ask to hurry', 120, 'ann', '2011-06-30', null),
               ('late_supply/PO-000002/1', 'late_supply', 'PO-000002/1', 'late', '', 0.5, 990, 'GBP', 'x', 1, 'ann',
                '2011-06-30', null),
               ('late_supply/PO-000003/1', 'late_supply', 'PO-000003/1', 'late', '', 0.5, 1, 'GBP', 'x', 1, 'ann',
                null, null),
               ('late_supply/PO-000004/1', 'late_supply', 'PO-000004/1', 'late', '', 0.5, 9999, 'GBP', 'x', 1, 'ann',
                '2011-06-30', 'acted')
        """
    )
    warehouse.connection.commit()
    page = _desk().show_desk()
    assert page.index("PO-000002/1") < page.index("PO-000001/1")
    for words in ("62 %", "340.00 GBP", "ask to hurry", "120.00 GBP", "&lt;b&gt;Mug", "1 more wait behind them"):
        assert words in page
    assert "<b>Mug" not in page
    assert "PO-000003" not in page
    assert "PO-000004" not in page
