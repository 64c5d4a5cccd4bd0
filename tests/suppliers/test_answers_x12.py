"""Suppliers' 855, 856, 810 and 846: the rows that a CSV file would have given, and the 997 in answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mockedi.transactions
import mockedi.validate
import mockedi.x12
import pytest
from tests.x12.texts import group, interchange, written

from stockroom.settings import Settings
from stockroom.streams import BadRow, Row
from stockroom.suppliers import answers
from stockroom.suppliers.acknowledgements_855 import ACKNOWLEDGEMENT_855
from stockroom.suppliers.availability_846 import AVAILABILITY_846
from stockroom.suppliers.documents import SupplierDocument
from stockroom.suppliers.invoices_810 import INVOICE_810
from stockroom.suppliers.shipments_856 import SHIPMENT_856

NOW = datetime(2011, 6, 30, 14, 10, tzinfo=UTC)
HERE = Settings("", "", Path(), Path(), Path(), Path())
DOCUMENTS = (
    (ACKNOWLEDGEMENT_855, answers.ACKNOWLEDGEMENT_COLUMNS),
    (SHIPMENT_856, answers.SHIPMENT_COLUMNS),
    (INVOICE_810, answers.INVOICE_COLUMNS),
    (AVAILABILITY_846, answers.AVAILABILITY_COLUMNS),
)
SUPPLIER = "N1*SE*Slow Boat Ltd*92*S05"


def said(document: SupplierDocument, *segments: str) -> str:
    code = document.map.code
    return interchange(group([f"ST*{code}*0001", *segments, f"SE*{len(segments) + 2}*0001"]))


def read(document: SupplierDocument, folder: Path, text: str) -> list[Row | BadRow]:
    return list(document.read(written(folder, text), f"{document.map.code}-1.edi", HERE))


def rows(document: SupplierDocument, folder: Path, *segments: str) -> list[dict[str, Any]]:
    found = read(document, folder, said(document, *segments))
    assert [each for each in found if isinstance(each, BadRow)] == []
    return [dict(each.document) for each in found if isinstance(each, Row)]


def reasons(document: SupplierDocument, folder: Path, *segments: str) -> list[str]:
    found = read(document, folder, said(document, *segments))
    assert [each for each in found if isinstance(each, Row)] == []
    return [each.reason for each in found if isinstance(each, BadRow)]


def some(found: list[dict[str, Any]], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in found]


def test_each_line_says_what_becomes_of_it(tmp_path: Path) -> None:
    found = rows(
        ACKNOWLEDGEMENT_855,
        tmp_path,
        "BAK*00*AC*PO-000123*20110629*****20110630",
        SUPPLIER,
        "PO1*1*60*EA*1.25*PE*VN*A-1*BP*MUG",
        "ACK*IA*40*EA*067*20110705",
        "ACK*IB*20*EA*067*20110801",
        "PO1*2*12*EA*2.5*PE*VN*A-2",
        "ACK*IP*12*EA",
        "DTM*067*20110706",
        "PO1*3*6*EA*3*PE*VN*A-3",
        "ACK*IR*0*EA",
        "PO1*4*10*EA*3*PE*VN*A-4",
        "ACK*IC*8*EA",
        "CTT*4",
    )
    assert some(found, "line_number", "status", "units", "promised_date") == [
        ("1", "accepted", "40", "2011-07-05"),
        ("1", "backordered", "20", "2011-08-01"),
        ("2", "changed_price", "12", "2011-07-06"),
        ("3", "rejected", "0", ""),
        ("4", "changed_quantity", "8", ""),
    ]
    assert found[0] == {
        "supplier_id": "S05",
        "order_number": "PO-000123",
        "line_number": "1",
        "supplier_sku": "A-1",
        "sku": "MUG",
        "status": "accepted",
        "units": "40",
        "unit_price": "1.25",
        "promised_date": "2011-07-05",
        "acknowledged_at": "2011-06-30T14:05:00Z",
    }


@pytest.mark.parametrize(("verdict", "status"), [("AK", "accepted"), ("RJ", "rejected")])
def test_one_word_may_answer_all_of_an_order(tmp_path: Path, verdict: str, status: str) -> None:
    found = rows(ACKNOWLEDGEMENT_855, tmp_path, f"BAK*00*{verdict}*PO-000123*20110629")
    assert some(found, "supplier_id", "line_number", "status", "units") == [("CUSTOMER", "0", status, "")]


def test_what_is_back_ordered_with_nothing_now_is_all_that_is_left(tmp_path: Path) -> None:
    found = rows(ACKNOWLEDGEMENT_855, tmp_path, "BAK*00*AC*PO-1*20110629", "PO1*1*60*EA", "ACK*IB*0*EA*067*20110801")
    assert some(found, "status", "units") == [("backordered", "")]


def test_an_item_takes_from_the_levels_above_it_what_it_does_not_say_itself(tmp_path: Path) -> None:
    found = rows(
        SHIPMENT_856,
        tmp_path,
        "BSN*00*SH-9*20110630*1000",
        "DTM*011*20110629",
        "HL*1**S",
        "TD5**2*DHLC*M*DHL",
        "REF*CN*TRACK-1",
        "DTM*017*20110704",
        SUPPLIER.replace("SE", "SF"),
        "HL*2*1*O",
        "PRF*PO-000123",
        "HL*3*2*P",
        "HL*4*3*I",
        "LIN*1*VN*A-1*BP*MUG",
        "SN1**40*EA",
        "HL*5*1*O",
        "PRF*PO-000124/2",
        "HL*6*5*I",
        "LIN**VN*A-1",
        "SN1**5*EA",
        "CTT*6",
    )
    assert some(found, "order_number", "line_number", "supplier_sku", "sku", "units") == [
        ("PO-000123", "1", "A-1", "MUG", "40"),
        ("PO-000124/2", "", "A-1", "", "5"),
    ]
    assert {(row["supplier_id"], row["shipment_id"], row["shipped_at"], row["expected_date"]) for row in found} == {
        ("S05", "SH-9", "2011-06-29T10:00:00Z", "2011-07-04")
    }
    assert {(row["carrier"], row["tracking"]) for row in found} == {("DHLC", "TRACK-1")}


def test_levels_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    found = reasons(SHIPMENT_856, tmp_path, "BSN*00*SH-9*20110630", "HL*1*2*O", "HL*2*1*I", "LIN**VN*A", "SN1**5*EA")
    assert found == ["segment 6 (HL): no PRF names the order that this item belongs to; send it in the HL above"]


def test_an_invoice_charges_line_by_line(tmp_path: Path) -> None:
    found = rows(
        INVOICE_810,
        tmp_path,
        "BIG*20110701*INV-7*20110620*PO-000123",
        "CUR*SE*EUR",
        SUPPLIER,
        "IT1*1*40*EA*1.3*PE*VN*A-1",
        "TDS*5200",
        "CTT*1",
    )
    assert found == [
        {
            "supplier_id": "S05",
            "invoice_number": "INV-7",
            "order_number": "PO-000123",
            "line_number": "1",
            "supplier_sku": "A-1",
            "sku": "",
            "units": "40",
            "unit_price": "1.3",
            "currency": "EUR",
            "invoiced_at": "2011-07-01T00:00:00Z",
        }
    ]


def test_an_advice_says_what_is_there_and_when_the_rest_is(tmp_path: Path) -> None:
    found = rows(
        AVAILABILITY_846,
        tmp_path,
        "BIA*00*SI*REF*20110630*0600",
        "N1*SU*Slow Boat Ltd*92*S05",
        "LIN*1*VN*A-1*BP*MUG",
        "QTY*17*9*EA",
        "QTY*33*7*EA",
        "LIN*2*VN*A-2",
        "QTY*33*0*EA",
        "DTM*018*20110801",
        "CTT*2",
    )
    assert some(found, "supplier_sku", "sku", "units", "as_of", "expected_date") == [
        ("A-1", "MUG", "7", "2011-06-30T06:00:00Z", ""),
        ("A-2", "", "0", "2011-06-30T06:00:00Z", "2011-08-01"),
    ]


@pytest.mark.parametrize(
    ("document", "segments", "reason"),
    [
        (ACKNOWLEDGEMENT_855, ("BAK*00*AC*PO-1*20110629",), "says that lines differ, and none came"),
        (ACKNOWLEDGEMENT_855, ("BAK*00*AD*PO-1*20110629", "PO1**60*EA"), "line number is missing"),
        (ACKNOWLEDGEMENT_855, ("BAK*00*AD*PO-1*20110629", "PO1*1*60*EA", "CTT*2"), "says 2 lines and 1 came"),
        (INVOICE_810, ("BIG*20110701*INV-7**PO-1", "IT1*1*40*CA*1.3"), "unit is 'CA'; charge pieces (EA)"),
        (AVAILABILITY_846, ("BIA*00*SI*REF*20110630", "LIN*1*VN*A-1"), "no QTY says what is available"),
        (AVAILABILITY_846, ("BIA*00*SI*REF*20110630", "LIN*1", "QTY*33*1*EA"), "the item's number is missing"),
    ],
)
def test_a_fault_costs_the_document_and_names_the_mend(
    document: SupplierDocument, segments: tuple[str, ...], reason: str, tmp_path: Path
) -> None:
    assert any(reason in each for each in reasons(document, tmp_path, *segments))
    (answer,) = document.answers(written(tmp_path, said(document, *segments)), "x.edi", HERE)
    assert "AK5*R" in answer(500_000_001, NOW).decode()


def test_another_document_in_the_file_is_refused_by_name(tmp_path: Path) -> None:
    found = list(SHIPMENT_856.read(written(tmp_path, said(INVOICE_810, "BIG*20110701*1**PO-1")), "856-1.edi", HERE))
    assert [
        "810 is not read here; send each ship notice as 856" in each.reason
        for each in found
        if isinstance(each, BadRow)
    ] == [True]


def test_rows_of_x12_are_those_of_the_files(tmp_path: Path) -> None:
    least = {
        "855": ("BAK*00*AK*PO-1*20110629",),
        "856": ("BSN*00*SH-9*20110630", "HL*1**I", "PRF*PO-1", "LIN**VN*A", "SN1**5*EA"),
        "810": ("BIG*20110701*INV-7**PO-1", "IT1*1*40*EA*1.3*PE*VN*A"),
        "846": ("BIA*00*SI*REF*20110630", "LIN*1*VN*A-1", "QTY*33*1*EA"),
    }
    for document, columns in DOCUMENTS:
        (row,) = rows(document, tmp_path, *least[document.map.code])
        assert set(row) - {"sku", "line_number"} == set(columns) - {"line_number"}


US = mockedi.transactions.Party(name="Slow Boat Ltd", identifier="S05", street="1 Quay", city="Hull", country="GB")
THEIR_LINES = [
    {"line": "1", "quantity": "60", "confirmed": "60", "shipped": "60", "invoiced": "60", "status": "IA", "sku": "A-1"},
    {"line": "2", "quantity": "12", "confirmed": "6", "shipped": "6", "invoiced": "6", "status": "IQ", "sku": "A-2"},
    {"line": "3", "quantity": "5", "confirmed": "0", "shipped": "0", "invoiced": "0", "status": "IR", "sku": "A-3"},
]


def written_by_another_program(code: str, kind: str) -> str:
    """Return what a trading partner's own software writes."""
    when = datetime(2011, 6, 30, 9, 0)  # noqa: DTZ001  # as the other program takes it
    order = {"po_number": "PO-000123", "currency": "GBP", "ordered_on": "2011-06-29"}
    lines = [{**line, "uom": "EA", "price": "1.25", "scheduled_on": "2011-07-05"} for line in THEIR_LINES]
    shipment = {"shipment_id": "SH-1", "carrier": "Road", "scac": "ROAD", "tracking": "T-1", "cartons": 2}
    shipment |= {"shipped_on": "2011-06-30", "estimated_delivery": "2011-07-05", "weight": "10"}
    invoice = {"invoice_number": "INV-1", "invoiced_on": "2011-06-30", "terms_days": 30, "subtotal": "82.50"}
    invoice |= {"total": "82.50", "tax": "0"}
    if code == "855":
        body = mockedi.transactions.write_response("X12", US, {}, order, lines, when)
    elif code == "856":
        body = mockedi.transactions.write_despatch("X12", US, {}, order, lines, shipment, when)
    else:
        body = mockedi.transactions.write_invoice("X12", US, {}, order, lines, invoice, shipment, when)
    message = mockedi.x12.message(code, "0001", body)
    text: str = mockedi.x12.render(mockedi.x12.wrap([message], "SLOWBOAT", "US", "42", "42", kind, moment=when))
    return text


@pytest.mark.parametrize(
    ("document", "kind", "expected"),
    [
        (ACKNOWLEDGEMENT_855, "PR", [("S05", "1", "60"), ("S05", "2", "6"), ("S05", "3", "0")]),
        (SHIPMENT_856, "SH", [("S05", "1", "60"), ("S05", "2", "6")]),
        (INVOICE_810, "IN", [("S05", "1", "60"), ("S05", "2", "6")]),
    ],
)
def test_what_another_program_wrote_is_read_and_our_answer_is_accepted_by_it(
    document: SupplierDocument, kind: str, expected: list[tuple[str, ...]], tmp_path: Path
) -> None:
    text = written_by_another_program(document.map.code, kind)
    found = [each for each in read(document, tmp_path, text) if isinstance(each, Row)]
    assert some([dict(row.document) for row in found], "supplier_id", "line_number", "units") == expected
    assert {row.document["order_number"] for row in found} == {"PO-000123"}
    (answer,) = document.answers(written(tmp_path, text), "x.edi", HERE)
    ours = answer(500_000_001, NOW).decode()
    assert "AK9*A*1*1*1" in ours
    assert mockedi.validate.validate(mockedi.x12.parse(ours)).clean
