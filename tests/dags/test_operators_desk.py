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


def _row(order: ListedOrder, supplier_name: str) -> str:
    specification = importlib.util.spec_from_file_location(
        "operators_desk", Path(__file__).parents[2] / "plugins" / "operators_desk.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    row: str = module._row(ShownOrder(order, supplier_name, ("pdf",)))
    return row


def test_a_suppliers_name_is_shown_as_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    evil = "<script>alert(1)</script>"
    order = ListedOrder("PO-000001", 2, "S01", "LONDON", date(2011, 6, 30), "waiting", Decimal("2310.5"), "GBP")
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
