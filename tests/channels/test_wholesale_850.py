"""Orders of wholesale customers as X12 850: the rows that a CSV file would have given, and the 997 in answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import mockedi.transactions
import mockedi.validate
import mockedi.x12
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from tests.x12.texts import LINE, group, interchange, order, written

from stockroom.channels.wholesale.orders_850 import answers, read_orders
from stockroom.channels.wholesale.streams import ORDER_COLUMNS
from stockroom.settings import Settings
from stockroom.streams import BadRow, RefusedFileError, Row

SAMPLES = Path(__file__).parents[1] / "x12" / "samples"
NOW = datetime(2011, 6, 30, 14, 10, tzinfo=UTC)


def settings(**values: str) -> Settings:
    here = Path()
    return Settings("", "", here, here, here, here, channel_values=values)


def read(path: Path, **values: str) -> list[Row | BadRow]:
    return list(read_orders(path, path.name, settings(**values)))


def rows(folder: Path, text: str, **values: str) -> list[dict[str, str]]:
    found = read(written(folder, text), **values)
    assert [each for each in found if isinstance(each, BadRow)] == []
    return [dict(each.document) for each in found if isinstance(each, Row)]


def reasons(folder: Path, text: str) -> list[str]:
    found = read(written(folder, text))
    assert [each for each in found if isinstance(each, Row)] == []
    return [each.reason for each in found if isinstance(each, BadRow)]


def acknowledgements(folder: Path, text: str) -> list[list[str]]:
    """Return the segments of each 997 that answers a file, without their envelopes."""
    found = []
    for answer in answers(written(folder, text), "order.edi", settings()):
        said = answer(500_000_001, NOW).decode()
        segments = [segment.strip() for segment in said.split("~")]
        found.append([segment for segment in segments if segment.startswith("AK")])
    return found


HEAD = (
    ("CUR", "BY", "EUR"),
    ("DTM", "004", "20110629", "1405"),
    ("DTM", "002", "20110710"),
    ("N1", "BY", "Acme", "91", "12345"),
    ("N4", "Leeds", "", "LS1 1AA", "GB"),
    ("N1", "SF", "Warehouse", "91", "MANCHESTER"),
    ("N1", "ST", "Acme store", "92", "S-9"),
    ("N4", "Dublin", "", "D01", "IE"),
)
LINES = (
    ("PO1", "10", "12", "EA", "1.25", "PE", "BP", "THEIR-1", "VN", "85123A"),
    ("PID", "F", "", "", "", "A heart"),
    ("N1", "ST", "Another store", "92", "S-10"),
    ("N4", "Paris", "", "75001", "FR"),
    ("PO1", "20", "6.00", "PC", ".5", "", "SK", "22423"),
    ("CTT", "2", "18"),
    ("AMT", "TT", "18"),
)


def test_an_order_gives_the_rows_that_a_csv_file_would(tmp_path: Path) -> None:
    common = {
        "order_number": "12345:PO-1",
        "ordered_at": "2011-06-29 14:05",
        "customer_ref": "12345",
        "country": "IE",
        "ship_from": "MANCHESTER",
        "currency": "EUR",
    }
    found = rows(tmp_path, interchange(group(order("PO-1", *LINES, head=HEAD))))
    assert found == [
        {**common, "line": "10", "sku": "85123A", "description": "A heart", "quantity": "12", "unit_price": "1.25"},
        {**common, "line": "20", "sku": "22423", "description": "", "quantity": "6", "unit_price": ".5"},
    ]
    assert all(set(row) == set(ORDER_COLUMNS) for row in found)


def test_what_an_order_leaves_out_is_as_it_was_agreed(tmp_path: Path) -> None:
    text = interchange(group(order("PO-1", ("PO1", "", "12", "EA", "1.25", "", "VN", "A"))))
    (row,) = rows(tmp_path, text, wholesale_ship_from="LONDON")
    assert row == {
        "order_number": "CUSTOMER:PO-1",
        "line": "1",
        "ordered_at": "2011-06-30",
        "customer_ref": "",
        "country": "",
        "ship_from": "LONDON",
        "sku": "A",
        "description": "",
        "quantity": "12",
        "unit_price": "1.25",
        "currency": "GBP",
    }


def test_a_party_of_a_line_is_none_of_the_order(tmp_path: Path) -> None:
    line = ("N1", "BY", "A branch", "92", "999"), ("N1", "SF", "A branch", "91", "PARIS"), ("N4", "", "", "", "FR")
    (row,) = rows(tmp_path, interchange(group(order("PO-1", LINE, *line))))
    assert (row["order_number"], row["customer_ref"], row["ship_from"], row["country"]) == ("CUSTOMER:PO-1", "", "", "")


def test_of_two_that_say_the_same_the_first_counts(tmp_path: Path) -> None:
    line = ("PO1", "1", "12", "EA", "1.25", "", "SK", "OURS", "VN", "ALSO OURS")
    texts = ("PID", "F", "", "", "", "A heart"), ("PID", "F", "08", "", "", "Red")
    (row,) = rows(tmp_path, interchange(group(order("PO-1", line, *texts))))
    assert (row["sku"], row["description"]) == ("OURS", "A heart")


def test_rows_say_which_segment_they_came_from(tmp_path: Path) -> None:
    found = read(written(tmp_path, interchange(group(order("PO-1", *LINES, head=HEAD)))))
    assert [each.line_number for each in found] == [13, 17]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("PO1", "1", "", "EA", "1.25", "", "VN", "A"), "element 2: quantity is missing; send it"),
        (
            ("PO1", "1", "many", "EA", "1.25", "", "VN", "A"),
            "element 2: quantity is 'many', which is no decimal",
        ),
        (("PO1", "1", "1.5", "EA", "1.25", "", "VN", "A"), "element 2: quantity is 1.5; send a whole number"),
        (("PO1", "1", "-3", "EA", "1.25", "", "VN", "A"), "element 2: quantity is -3; send a whole number"),
        (("PO1", "1", "12", "CA", "1.25", "", "VN", "A"), "element 3: unit is 'CA'; send pieces (EA)"),
        (("PO1", "1", "12", "EA", "", "", "VN", "A"), "element 4: unit price is missing"),
        (("PO1", "1", "12", "EA", "9", "HP", "VN", "A"), "element 5: price basis is 'HP'; send the price per each"),
        (
            ("PO1", "1", "12", "EA", "1.25", "", "BP", "A"),
            "element 7: our item number is missing; send it as SK, VN or VP",
        ),
    ],
)
def test_a_bad_line_costs_its_order_and_names_segment_element_and_mend(
    tmp_path: Path, line: tuple[str, ...], says: str
) -> None:
    bad, good = order("PO-1", line), order("PO-2", control="0002")
    found = read(written(tmp_path, interchange(group(bad, good))))
    (reason,) = [each.reason for each in found if isinstance(each, BadRow)]
    assert reason.startswith("segment 5 (PO1)")
    assert says in reason
    assert [each.document["order_number"] for each in found if isinstance(each, Row)] == ["CUSTOMER:PO-2"]


@pytest.mark.parametrize(
    ("transaction", "says"),
    [
        (order(purpose="04"), "segment 4 (BEG), element 1: purpose is '04'; send the whole order as 00, or as 05"),
        (order("", LINE), "segment 4 (BEG), element 3: order number is missing"),
        (
            order("PO-1", LINE, head=[("DTM", "004", "20110631")]),
            "(DTM), element 2: exact date is '20110631'",
        ),
        (order("PO-1", LINE, head=[("DTM", "004", "20110630", "2505")]), "element 3: exact time is '2505'"),
        (order("PO-1", LINE, head=[("DTM", "004", "20110630", "1405", "UT")]), "element 4: time code is 'UT'"),
        (order("PO-1", LINE, ("PO1", "1", "6", "EA", "1", "", "VN", "B")), "element 1: line 1 stands twice"),
        (order("PO-1", LINE, ("CTT", "2")), "segment 6 (CTT), element 1: says 2 lines and 1 came"),
        (order("PO-1", LINE, ("CTT", "1", "13")), "element 2: says 13 units and the lines add up to 12"),
        (order("PO-1", ("CTT", "0")), "no PO1 (lines) came with it"),
        (["ST*850*0001", "REF*IA*1", "SE*3*0001"], "a purchase order begins with BEG"),
        (["ST*860*0001", "BCH*04*CP*PO-1**20110630", "SE*3*0001"], "element 1: 860 is not read here"),
    ],
)
def test_what_is_wrong_with_an_order_is_said_with_the_mend(tmp_path: Path, transaction: list[str], says: str) -> None:
    (reason,) = reasons(tmp_path, interchange(group(transaction)))
    assert says in reason


def test_a_group_that_is_not_whole_costs_its_orders(tmp_path: Path) -> None:
    assert "says 2 transaction sets and 1 came" in reasons(tmp_path, interchange(group(order(), said=2)))[0]


def test_an_acknowledgement_of_what_we_sent_is_no_order(tmp_path: Path) -> None:
    text = interchange(group(["ST*997*0001", "AK1*IB*3", "AK9*A*1*1*1", "SE*4*0001"], kind="FA"))
    assert rows(tmp_path, text) == []
    assert acknowledgements(tmp_path, text) == []


def test_a_good_order_is_accepted(tmp_path: Path) -> None:
    assert acknowledgements(tmp_path, interchange(group(order()))) == [
        ["AK1*PO*7", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1"]
    ]


def test_an_acknowledgement_says_what_is_wrong_where(tmp_path: Path) -> None:
    bad = order("PO-1", LINE, ("PO1", "2", "many", "CA", "1.25"), head=HEAD[:1], said=9)
    assert acknowledgements(tmp_path, interchange(group(bad, order("PO-2", control="0002")))) == [
        [
            "AK1*PO*7",
            "AK2*850*0001",
            "AK3*PO1*5**8",
            "AK4*2**6*many",
            "AK4*3**7*CA",
            "AK4*7**2",
            "AK3*SE*6**8",
            "AK4*1**7*9",
            "AK5*R*4*5",
            "AK2*850*0002",
            "AK5*A",
            "AK9*P*2*2*1",
        ]
    ]


def test_every_order_of_a_group_that_is_not_whole_is_rejected(tmp_path: Path) -> None:
    assert acknowledgements(tmp_path, interchange(group(order(), said=2))) == [
        ["AK1*PO*7", "AK2*850*0001", "AK5*R", "AK9*R*2*1*0*5"]
    ]


def test_an_acknowledgement_goes_back_to_whom_the_orders_came_from(tmp_path: Path) -> None:
    (answer,) = answers(written(tmp_path, interchange(group(order()))), "order.edi", settings())
    said = answer(500_000_001, NOW)
    assert said == answer(500_000_001, NOW)
    lines = said.decode().split("~\n")
    assert (
        lines[0]
        == f"ISA*00*{'':10}*00*{'':10}*ZZ*STOCKROOM      *ZZ*CUSTOMER       *110630*1410*U*00401*500000001*0*P*>"
    )
    assert lines[1] == "GS*FA*STOCKROOMAPP*CUSTOMERAPP*20110630*1410*500000001*X*004010"


BAD = order("PO-1", ("PO1", "1", "many", "CA", "1.25", "", "VN", "A"), head=HEAD)


@pytest.mark.parametrize("orders", [[order()], [BAD], [BAD, order("PO-2", control="0002")]])
def test_another_program_finds_nothing_wrong_with_our_acknowledgements(tmp_path: Path, orders: list[list[str]]) -> None:
    (answer,) = answers(written(tmp_path, interchange(group(*orders))), "order.edi", settings())
    assert mockedi.validate.validate(mockedi.x12.parse(answer(500_000_001, NOW).decode())).clean


def test_an_order_that_another_program_wrote_is_read_as_that_program_reads_it(tmp_path: Path) -> None:
    us = mockedi.transactions.Party(name="Buyer Ltd", identifier="B-77", street="1 High St", city="York", country="GB")
    asked = [
        {"line": "1", "quantity": "24", "uom": "EA", "price": "2.55", "sku": "85123A", "description": "A heart"},
        {"line": "2", "quantity": "7", "uom": "EA", "price": "0.85", "sku": "22423", "description": "A stand"},
    ]
    when = datetime(2011, 6, 30, 9, 0)  # noqa: DTZ001  # as the other program takes it
    head = {"po_number": "4500000042", "currency": "GBP", "ordered_on": "2011-06-30"}
    body = mockedi.transactions.write_order("X12", us, {"id": "S1", "name": "Us"}, head, asked, when)
    message = mockedi.x12.message("850", "0001", body)
    wrapped = mockedi.x12.wrap([message], "BUYER", "US", "42", "42", "PO", moment=when)
    text = mockedi.x12.render(wrapped)
    theirs = mockedi.transactions.read_order(mockedi.x12.parse(text).groups[0].messages[0], "X12")
    found = rows(tmp_path, text)
    assert [(row["line"], int(row["quantity"]), row["sku"], row["description"]) for row in found] == [
        (line.number, int(line.quantity), line.sku, line.description) for line in theirs.lines
    ]
    assert {(row["order_number"], row["country"], row["ordered_at"]) for row in found} == {
        ("B-77:4500000042", "GB", "2011-06-30")
    }


WHOLE = interchange(group(order("PO-1", *LINES, head=HEAD), order("PO-2", control="0002"))).encode()


@settings_of_hypothesis(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 12), st.binary(max_size=6)), min_size=1, max_size=4)
)
def test_whatever_comes_is_rows_or_reasons_that_can_be_stored(changes: list[tuple[int, int, bytes]]) -> None:
    content = WHOLE
    for at, removed, put in changes:
        content = content[:at] + put + content[at + removed :]
    with TemporaryDirectory() as folder:
        path = written(Path(folder), content)
        try:
            said = [f"{each.document}" if isinstance(each, Row) else each.text + each.reason for each in read(path)]
            for answer in answers(path, path.name, settings()):
                answer(500_000_001, NOW)
        except RefusedFileError as refused:
            said = [str(refused)]
    assert not any("\0" in text for text in said)
    "".join(said).encode()


def test_a_published_order_with_two_control_numbers_is_not_taken(tmp_path: Path) -> None:
    text = (SAMPLES / "ediNet_x12.850a.edi").read_text("utf-8-sig")
    (reason,) = reasons(tmp_path, text)
    assert reason == (
        "segment 54 (IEA), element 2: 000000001 is not the control number 000000055 of ISA13; give both the same"
    )


def test_a_published_order_in_yards_is_put_aside_line_by_line_and_in_pieces_it_loads(tmp_path: Path) -> None:
    text = (SAMPLES / "ediNet_x12.850a.edi").read_text("utf-8-sig").replace("IEA*1*000000001", "IEA*1*000000055")
    assert [reason.partition(";")[0] for reason in reasons(tmp_path, text)] == [
        "segment 25 (PO1), element 3: unit is 'YD'",
        "segment 33 (PO1), element 3: unit is 'YD'",
        "segment 42 (PO1), element 3: unit is 'YD'",
    ]
    found = rows(tmp_path, text.replace("*YD*", "*EA*"))
    assert [(row["line"], row["quantity"], row["unit_price"], row["currency"]) for row in found] == [
        ("000100001", "2500", "2.53", "USD"),
        ("000200001", "2000", "3.41", "USD"),
        ("000200002", "1000", "3.41", "USD"),
    ]
    assert {(row["order_number"], row["ordered_at"]) for row in found} == {("1500:4600000406", "2014-07-24")}
    assert found[0]["description"] == '4.4oz 3" Diamond Quilt'


def test_a_published_order_that_lacks_segments_is_put_aside_and_whole_it_loads(tmp_path: Path) -> None:
    text = (SAMPLES / "gozer_po850.txt").read_text()
    (reason,) = reasons(tmp_path, text)
    assert "segment 23 (SE), element 1: says 33 segments and 21 came" in reason
    found = rows(tmp_path, text.replace("SE*33", "SE*21"))
    assert [(row["sku"], row["quantity"], row["unit_price"]) for row in found] == [
        ("RV0524", "72", "7.5"),
        ("DX1875", "696", "9.55"),
    ]
