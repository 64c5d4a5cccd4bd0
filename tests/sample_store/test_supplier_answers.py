"""The store's suppliers answer orders, each in its own way, and what they say is what arrives."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import mockedi.validate
import mockedi.x12

from sample_store.local_time import parse_moment
from sample_store.store import Store
from sample_store.world import answers
from sample_store.world.catalogue import Product
from stockroom.settings import Settings
from stockroom.streams import Row
from stockroom.suppliers.acknowledgements_855 import ACKNOWLEDGEMENT_855
from stockroom.suppliers.answers import AVAILABILITY
from stockroom.suppliers.availability_846 import AVAILABILITY_846
from stockroom.suppliers.documents import SupplierDocument
from stockroom.suppliers.invoices_810 import INVOICE_810
from stockroom.suppliers.shipments_856 import SHIPMENT_856

HERE = Settings("", "", Path(), Path(), Path(), Path())
ORDERED = date(2011, 6, 20)
HEADER = "po_number,supplier_id,ship_to_location_id,ordered_date,line_number,sku,units,unit_cost"


def order(store: Store, po_number: str, supplier: str, products: Sequence[Product]) -> None:
    """Order four packs of each product, at its cost."""
    assert store.orders_inbox is not None
    lines = [
        f"{po_number},{supplier},LONDON,{ORDERED},{number},{each.sku},{4 * each.pack_units},{each.cost_pence / 100:.2f}"
        for number, each in enumerate(products, start=1)
    ]
    (store.orders_inbox / f"{po_number}.csv").write_text("\n".join([HEADER, *lines]) + "\n")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read(document: SupplierDocument, paths: Sequence[Path]) -> list[dict[str, str]]:
    """Return what Stockroom reads in files that hold nothing bad, and that another program finds nothing wrong with."""
    found = []
    for path in paths:
        if document is not AVAILABILITY_846:
            assert mockedi.validate.validate(mockedi.x12.parse(path.read_text())).clean, path.name
        rows = list(document.read(path, path.name, HERE))
        assert all(isinstance(row, Row) for row in rows), rows
        found += [dict(row.document) for row in rows if isinstance(row, Row)]
    return found


def test_one_accepts_one_shortens_one_is_out_one_is_silent_and_what_they_say_is_what_comes(store: Store) -> None:
    made_by = {
        supplier: [each for each in store.world.products if each.supplier_id == supplier]
        for supplier in ("S01", "S04", "S05", "S06", "S11")
    }
    is_out = [each for each in made_by["S05"] if answers.is_out(each.sku, ORDERED)]
    is_there = [each for each in made_by["S05"] if not answers.is_out(each.sku, ORDERED)]
    chosen = {supplier: products[:2] for supplier, products in made_by.items()} | {"S05": [is_there[0], is_out[0]]}
    for number, (supplier, products) in enumerate(chosen.items(), start=1):
        order(store, f"PO-{number:06}", supplier, products)
    store.set_clock(parse_moment("2011-10-01T06:00"))
    folder = store.root / "suppliers"

    accepted = rows_of(folder / "acknowledgements-PO-000001.csv")
    assert [(row["status"], int(row["units"])) for row in accepted] == [
        ("accepted", 4 * each.pack_units) for each in chosen["S01"]
    ]
    shortened = rows_of(folder / "acknowledgements-PO-000002.csv")[0]
    assert (shortened["status"], int(shortened["units"])) == ("changed_quantity", 2 * chosen["S04"][0].pack_units)
    later = read(ACKNOWLEDGEMENT_855, [folder / "855-PO-000003.edi"])
    assert [(row["supplier_id"], row["supplier_sku"], row["status"]) for row in later] == [
        ("S05", chosen["S05"][0].supplier_sku, "accepted"),
        ("S05", chosen["S05"][1].supplier_sku, "backordered"),
    ]
    assert later[1]["promised_date"] == "2011-07-23", "twelve days after it has it again on 11 July"
    assert not list(folder.glob("*PO-000005*")), "one says nothing"

    advice = read(AVAILABILITY_846, [folder / "846-S05-2011-06-20.edi"])
    assert len(advice) == len(made_by["S05"])
    none_left = {row["supplier_sku"]: row["expected_date"] for row in advice if row["units"] == "0"}
    assert none_left == dict.fromkeys((each.supplier_sku for each in is_out), "2011-07-11")
    assert set(advice[0]) - {"sku"} >= set(AVAILABILITY.key)

    charged = read(INVOICE_810, sorted(folder.glob("810-*PO-000004*.edi")))
    assert charged[0]["unit_price"] == f"{round(chosen['S06'][0].cost_pence * 1.05) / 100:.2f}", "a twentieth more"

    notices = read(SHIPMENT_856, sorted(folder.glob("856-*.edi")))
    sent = notices + [row for path in folder.glob("shipments-*.csv") for row in rows_of(path)]
    receipts = [
        row
        for path in (store.root / "wms").glob("receipts-*.csv")
        for row in rows_of(path)
        if row["po_number"].startswith("PO-") and row["po_number"] != "PO-000005"
    ]
    assert sorted((row["order_number"], row["line_number"], row["units"]) for row in sent) == sorted(
        (row["po_number"], row["line_number"], row["units"]) for row in receipts
    )
    assert all(row["shipped_at"] < row["expected_date"] for row in sent)
    came = {(row["po_number"], row["line_number"]): int(row["units"]) for row in receipts}
    assert came["PO-000002", "1"] == int(shortened["units"]), "the rest never comes"
