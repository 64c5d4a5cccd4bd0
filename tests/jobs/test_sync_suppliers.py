"""The folders of suppliers, warehouse system and planners, from files to raw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from tests.x12.texts import group, interchange

from stockroom.jobs.extracted import ExtractionError
from stockroom.jobs.open_exceptions import open_exceptions
from stockroom.jobs.sync_suppliers import sync_suppliers
from stockroom.settings import Settings
from stockroom.suppliers import FILE_SOURCES
from stockroom.suppliers.suppliers import TERMS_COLUMNS

TERMS = ["S01", "Acme", "orders@acme.example", "uk_road", "GBP", 7, 250.5, "30 days", "road"]
RECEIPTS = "receipt_id,shipment_id,po_number,line_number,location,sku,units,received_at\n"


@pytest.fixture
def settings(warehouse: Any, landing_url: str, tmp_path: Path) -> Settings:
    folders = {name: tmp_path / name for name in ("suppliers_dir", "wms_dir", "planners_dir")}
    for folder in folders.values():
        folder.mkdir()
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        **folders,
    )


def write_terms(folder: Path, *rows: list[Any], columns: tuple[str, ...] = TERMS_COLUMNS) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (list(columns), *rows):
        book.active.append(row)
    book.save(folder / "terms.xlsx")


def fill(settings: Settings) -> None:
    write_terms(settings.suppliers_dir, TERMS)
    (settings.suppliers_dir / "catalogue-S01.csv").write_text(
        "supplier_id,supplier_sku,sku,unit_cost,currency,pack_units,minimum_order_units,is_discontinued\n"
        "S01,A-1,SKU-1,1.25,GBP,12,24,no\nS01,A-2,SKU-2,2.50,GBP,6,6,yes\n"
    )
    (settings.suppliers_dir / "purchase_orders-2011-06-01.csv").write_text(
        "po_number,line_number,supplier_id,ship_to,sku,units,unit_cost,currency,ordered_at,requested_date,promised_date\n"
        "H-000001,1,S01,LONDON,SKU-1,24,1.25,GBP,2011-06-01T09:00:00Z,2011-06-08,2011-06-08\n"
    )
    (settings.suppliers_dir / "backorders-2011-06-02.csv").write_text(
        "po_number,line_number,sku,units_backordered,noted_at,new_promised_date\n"
        "H-000001,1,SKU-1,12,2011-06-02T09:00:00Z,2011-06-20\n"
    )
    (settings.wms_dir / "receipts-2011-06-08.csv").write_text(
        RECEIPTS + "R-1,SH-1,H-000001,1,LONDON,SKU-1,12,2011-06-08T10:00:00Z\n"
    )
    (settings.wms_dir / "adjustments-2011-06-08.csv").write_text(
        "adjustment_id,occurred_at,location,sku,units,reason\nADJ-1,2011-06-08T10:00:00Z,LONDON,SKU-1,-3,damaged\n"
    )
    (settings.planners_dir / "promotions.csv").write_text(
        "promotion_id,name,category,sku,starts_on,ends_on,discount_percent\nPR-1,Spring,,SKU-1,2011-03-01,2011-03-31,10\n"
    )


def test_every_folder_is_taken_in_once(settings: Settings) -> None:
    fill(settings)
    assert str(sync_suppliers(settings)) == (
        "suppliers: terms 1, catalogues 2, purchase_orders 1, backorders 1 · wms: receipts 1, adjustments 1 · "
        "planners: promotions 1"
    )
    assert str(sync_suppliers(settings)) == "suppliers: nothing new · wms: nothing new · planners: nothing new"


def test_a_changed_terms_file_lands_whole_so_that_a_removed_row_can_be_seen(settings: Settings, warehouse: Any) -> None:
    other = ["S02", *TERMS[1:]]
    write_terms(settings.suppliers_dir, TERMS, other)
    sync_suppliers(settings)
    write_terms(settings.suppliers_dir, TERMS, [*other[:5], 12, *other[6:]])
    assert sync_suppliers(settings).loaded == 2
    with psycopg.connect(warehouse.url) as connection:
        found = connection.execute(
            "select document ->> 'quoted_lead_time_days', document ->> 'minimum_order_value' "
            "from raw.suppliers_terms where record_key = 'S02' order by landing_file_id"
        ).fetchall()
    assert found == [("7", "250.5"), ("12", "250.5")]


def test_terms_without_a_column_are_put_aside_and_the_other_folders_load(settings: Settings, warehouse: Any) -> None:
    fill(settings)
    write_terms(settings.suppliers_dir, TERMS[:-1], columns=TERMS_COLUMNS[:-1])
    summary = sync_suppliers(settings)
    assert "unreadable: terms.xlsx" in str(summary)
    assert "receipts 1" in str(summary)
    with psycopg.connect(warehouse.url) as connection:
        reasons = connection.execute("select reason from raw.rejected_records").fetchall()
    assert len(reasons) == 1
    assert "terms.xlsx: no column ship_via" in reasons[0][0]


def test_a_folder_that_is_not_set_does_not_keep_the_others(settings: Settings, warehouse: Any) -> None:
    fill(settings)
    unset = Settings(**{**vars(settings), "suppliers_dir": Path()})
    with pytest.raises(ExtractionError, match=r"STOCKROOM_SUPPLIERS_DIR.*receipts 1"):
        sync_suppliers(unset)
    with psycopg.connect(warehouse.url) as connection:
        assert connection.execute("select count(*) from raw.wms_receipts").fetchall() == [(1,)]


def test_every_declared_stream_has_a_table(warehouse: Any) -> None:
    for source in FILE_SOURCES:
        for stream in source.streams:
            warehouse.connection.execute(f"select 1 from raw.{stream.table}")  # noqa: S608  # our own names


def rules_in_force(warehouse: Any) -> set[str]:
    """Return the files that hold, as int_files_in_force reads them."""
    with psycopg.connect(warehouse.url) as connection:
        rows = connection.execute(
            "select file_name from raw.landing_files where source = 'planners' and gone_at is null"
        ).fetchall()
    return {name for (name,) in rows}


def half_an_hour_later(warehouse: Any) -> None:
    with psycopg.connect(warehouse.url) as connection:
        connection.execute("update raw.landing_files set missing_since = missing_since - interval '31 minutes'")


def test_what_a_file_said_that_the_planners_took_away_holds_no_longer_until_it_is_back(
    settings: Settings, warehouse: Any
) -> None:
    fill(settings)
    spring = settings.planners_dir / "promotions.csv"
    (settings.planners_dir / "promotions-summer.csv").write_text(spring.read_text().replace("PR-1", "PR-2"))
    sync_suppliers(settings)
    content = spring.read_bytes()
    spring.unlink()
    sync_suppliers(settings)
    sync_suppliers(settings)
    assert rules_in_force(warehouse) == {"promotions.csv", "promotions-summer.csv"}, "it may be being replaced"
    half_an_hour_later(warehouse)
    assert str(sync_suppliers(settings)).endswith(" · gone: promotions.csv")
    assert rules_in_force(warehouse) == {"promotions-summer.csv"}
    assert "gone" not in str(sync_suppliers(settings)), "it is said once"
    with psycopg.connect(warehouse.url) as connection:
        asked = connection.execute("select subject from ops.exceptions where resolved_at is null").fetchall()
    assert asked == [("promotions.csv",)]

    spring.write_bytes(content)
    sync_suppliers(settings)
    assert rules_in_force(warehouse) == {"promotions.csv", "promotions-summer.csv"}, "though its bytes are known"
    with psycopg.connect(warehouse.url) as connection:
        assert connection.execute("select 1 from ops.exceptions where resolved_at is null").fetchall() == []


def test_a_planners_folder_that_is_empty_or_out_of_reach_takes_no_rule_away(settings: Settings, warehouse: Any) -> None:
    fill(settings)
    sync_suppliers(settings)
    (settings.planners_dir / "promotions.csv").rename(settings.planners_dir.parent / "promotions.csv")
    sync_suppliers(settings)
    half_an_hour_later(warehouse)
    sync_suppliers(settings)
    settings.planners_dir.rmdir()
    half_an_hour_later(warehouse)
    sync_suppliers(settings)
    assert rules_in_force(warehouse) == {"promotions.csv"}


def test_a_supplier_may_take_files_away_that_we_have_read(settings: Settings, warehouse: Any) -> None:
    fill(settings)
    sync_suppliers(settings)
    (settings.suppliers_dir / "catalogue-S01.csv").unlink()
    sync_suppliers(settings)
    half_an_hour_later(warehouse)
    sync_suppliers(settings)
    with psycopg.connect(warehouse.url) as connection:
        assert connection.execute("select 1 from raw.landing_files where gone_at is not null").fetchall() == []


ACKNOWLEDGED = (
    "supplier_id,order_number,line_number,supplier_sku,status,units,unit_price,promised_date,acknowledged_at\n"
)
X12_ANSWER = interchange(
    group(["ST*855*0001", "BAK*00*AC*PO-000001*20110629", "PO1*2*60*EA", "ACK*IQ*48*EA", "SE*5*0001"])
)


def test_a_file_and_an_x12_of_one_kind_end_in_one_table_and_x12_is_answered_once(
    settings: Settings, warehouse: Any, tmp_path: Path
) -> None:
    (settings.suppliers_dir / "acknowledgements-S01.csv").write_text(
        ACKNOWLEDGED
        + "S01,PO-000001,1,A-1,Accepted,24,1.25,2011-07-05,2011-06-30T09:00:00Z\n"
        + "S01,PO-000001,3,A-3,perhaps,24,1.25,2011-07-05,2011-06-30T09:00:00Z\n"
        + "S01,PO-000001,4,A-4,accepted,24,1.25,some day,2011-06-30T09:00:00Z\n"
    )
    (settings.suppliers_dir / "855-S02.edi").write_text(X12_ANSWER)
    answering = Settings(**{**vars(settings), "suppliers_out_dir": tmp_path / "out"})
    assert str(sync_suppliers(answering)).startswith(
        "suppliers: acknowledgements 2 (2 rejected); answered with: 997-500000000.edi"
    )
    assert str(sync_suppliers(answering)).startswith("suppliers: nothing new ·")
    with psycopg.connect(warehouse.url) as connection:
        found = connection.execute(
            "select record_key, document ->> 'status', document ->> 'units' from raw.suppliers_acknowledgements "
            "order by record_key"
        ).fetchall()
        reasons = connection.execute("select reason from raw.rejected_records order by line_number").fetchall()
    assert found == [("CUSTOMER/PO-000001/2", "changed_quantity", "48"), ("S01/PO-000001/1", "accepted", "24")]
    assert "status 'perhaps' says nothing; write one of accepted, changed_quantity" in reasons[0][0]
    assert 'promised_date "some day" is no date; write it as 2011-06-30' in reasons[1][0]
    assert "AK9*A*1*1*1" in (tmp_path / "out" / "997-500000000.edi").read_text()


def test_an_override_without_an_end_costs_itself_and_says_where_it_stands(settings: Settings, warehouse: Any) -> None:
    (settings.planners_dir / "overrides.csv").write_text(
        "override_id,scope,key,kind,value,set_by,set_on,why,valid_until\n"
        "O-1,sku,MUG,quantity,60,ann,2011-06-01,a fair,2011-07-01\n"
        "O-2,sku,MUG,hold,,ann,2011-06-01,a fair,never\n"
    )
    sync_suppliers(settings)
    raw = warehouse.connection
    assert raw.execute("select record_key from raw.planners_overrides").fetchall() == [("O-1",)]
    [(line, reason)] = raw.execute("select line_number, reason from raw.rejected_records").fetchall()
    assert line == 3
    assert "valid_until" in reason


def asked(settings: Settings, kind: str) -> dict[str, str]:
    return {one.subject: one.detail for one in open_exceptions(settings, kind=kind).found}


def test_a_rejected_line_stands_before_a_person_until_its_file_comes_without_the_fault(settings: Settings) -> None:
    counts = settings.wms_dir / "counts-june.csv"
    head = "count_id,counted_at,location,sku,units\nC-1,2011-06-08T10:00:00Z,LEEDS,SKU-1,12\n"
    counts.write_text(head + "C-2,2062-06-08T10:00:00Z,LEEDS,SKU-1,9\n")
    write_terms(settings.suppliers_dir, TERMS[:-1], columns=TERMS_COLUMNS[:-1])
    sync_suppliers(settings)
    found = asked(settings, "rejected_lines")
    assert found["wms counts-june.csv"].startswith(
        '1 of 2 lines were rejected, the first is line 3: counted_at "2062-06-08T10:00:00Z" lies ahead'
    )
    assert "no column ship_via" in found["suppliers terms.xlsx"]
    counts.write_text(head)
    sync_suppliers(settings)
    assert asked(settings, "rejected_lines").keys() == {"suppliers terms.xlsx"}


def test_a_file_that_nobody_reads_is_named_with_the_drop_that_it_belongs_into(settings: Settings) -> None:
    for name in ("Count-june.csv", "availability-S01.csv"):
        (settings.wms_dir / name).write_text("supplier_id\n")
    sync_suppliers(settings)
    assert asked(settings, "unknown_file") == {
        "drop of wms": "files that nobody reads: Count-june.csv; "
        "availability-S01.csv (it belongs into STOCKROOM_SUPPLIERS_DIR)"
    }
    for name in ("Count-june.csv", "availability-S01.csv"):
        (settings.wms_dir / name).unlink()
    sync_suppliers(settings)
    assert asked(settings, "unknown_file") == {}


def test_what_a_listing_is_holds_always_where_its_days_are_left_blank(settings: Settings, warehouse: Any) -> None:
    (settings.planners_dir / "listings.csv").write_text(
        "channel,listing,sku,units_per_listing,valid_from,valid_until\n"
        "ebay,71,MUG,6,,\nebay,72,MUG,,2011-06-01,2011-06-30\nebay,,MUG,6,,\n"
    )
    sync_suppliers(settings)
    kept = warehouse.connection.execute("select record_key from raw.planners_listings order by 1").fetchall()
    assert kept == [("ebay/71/MUG/",), ("ebay/72/MUG/2011-06-01",)]
    (detail,) = asked(settings, "rejected_lines").values()
    assert "line 4: lacks its key channel and listing and sku; send" in detail


def test_a_number_that_stands_for_several_items_is_rejected_and_one_that_comes_corrected_is_not(
    settings: Settings, warehouse: Any
) -> None:
    """A sheet of two items under one number would count the second alone, a transfer its second half."""
    (settings.wms_dir / "counts-june.csv").write_text(
        "count_id,counted_at,location,sku,units\n"
        "SHEET-1,2011-06-08T10:00:00Z,LEEDS,MUG,12\nSHEET-1,2011-06-08T10:00:00Z,LEEDS,JUG,7\n"
        "C-2,2011-06-08T10:00:00Z,LEEDS,MUG,12\nC-2,2011-06-08T10:00:00Z,leeds,mug ,11\n"
    )
    (settings.wms_dir / "adjustments-june.csv").write_text(
        "adjustment_id,occurred_at,location,sku,units,reason\n"
        "T-1,2011-06-08T10:00:00Z,LONDON,MUG,-3,transfer\nT-1,2011-06-08T10:00:00Z,LEEDS,MUG,3,transfer\n"
    )
    assert "adjustments 0 (2 rejected), counts 2 (2 rejected)" in str(sync_suppliers(settings))
    reasons = {reason for (reason,) in warehouse.connection.execute("select reason from raw.rejected_records")}
    assert reasons == {
        f"{key} stands here for another location or sku too; give each row a number of its own"
        for key in ("count_id", "adjustment_id")
    }
