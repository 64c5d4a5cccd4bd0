"""What stands around X12 documents: read whatever its delimiters are, and checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.x12.texts import group, interchange, isa, order, written

from stockroom.streams import BadRow, RefusedFileError
from stockroom.x12 import Interchange, read_interchanges


def read(folder: Path, text: str | bytes) -> list[Interchange | BadRow]:
    return list(read_interchanges(written(folder, text), file_name="order.edi"))


def one(folder: Path, text: str | bytes) -> Interchange:
    (found,) = read(folder, text)
    assert isinstance(found, Interchange)
    return found


def refusal(folder: Path, text: str) -> str:
    (found,) = read(folder, text)
    assert isinstance(found, BadRow)
    return found.reason


def test_the_delimiters_are_those_that_the_isa_names(tmp_path: Path) -> None:
    text = interchange(group(order()))
    other = text.replace("~\n", "'").replace("*", "|").replace(">", ":")
    found = [one(tmp_path, each).groups[0].transactions[0] for each in (text, other, text.replace("~\n", "\n"))]
    assert [transaction.segments[1][3] for transaction in found] == ["PO-1"] * 3
    assert [transaction.faults for transaction in found] == [[], [], []]


@pytest.mark.parametrize("break_", ["", "\n", "\r\n", "\n\t\t"])
def test_line_ends_and_indents_between_segments_are_for_people(tmp_path: Path, break_: str) -> None:
    text = interchange(group(order())).replace("~\n", "~" + break_)
    assert one(tmp_path, b"\xef\xbb\xbf" + text.encode()).groups[0].transactions[0].faults == []


def test_a_file_may_be_wrapped_every_eighty_characters(tmp_path: Path) -> None:
    text = interchange(group(order("A-LONG-NUMBER"))).replace("~\n", "~")
    wrapped = text[:106] + "\r\n".join(text[106:][at : at + 80] for at in range(0, len(text), 80))
    assert one(tmp_path, wrapped).groups[0].transactions[0].segments[1][3] == "A-LONG-NUMBER"


def test_interchanges_stand_one_behind_the_other(tmp_path: Path) -> None:
    second = interchange(group(order("PO-2"), control="8"), control="000000008").replace("*", "+").replace("~", "!")
    found = read(tmp_path, interchange(group(order())) + second)
    assert [each.control for each in found if isinstance(each, Interchange)] == ["000000007", "000000008"]


def test_a_file_that_is_no_x12_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match=r"order.edi: begins with 'order_number.*and not with ISA"):
        read(tmp_path, "order_number,line\n")


def test_an_isa_whose_elements_are_not_padded_is_read_all_the_same(tmp_path: Path) -> None:
    text = interchange(group(order())).replace("CUSTOMER       ", "CUSTOMER ")
    assert one(tmp_path, text).sender == "CUSTOMER"


def test_an_isa_that_lacks_an_element_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match=r"order.edi: segment 1 begins with 'ISA.*16 elements"):
        read(tmp_path, interchange(group(order())).replace("*U*00401", "").replace("*", "+", 13)[:100])


def test_a_letter_is_no_delimiter(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match="delimiters"):
        read(tmp_path, interchange(group(order())).replace("*", "A", 200))


def test_an_interchange_that_was_cut_off_is_not_taken(tmp_path: Path) -> None:
    assert "cut off" in refusal(tmp_path, interchange(group(order()))[:-30])


def test_an_interchange_cut_off_by_another_costs_itself_alone(tmp_path: Path) -> None:
    whole = interchange(group(order("PO-2"), control="8"), control="000000008")
    lost, found = read(tmp_path, interchange(group(order()))[:-30] + "~\n" + whole)
    assert isinstance(lost, BadRow)
    assert isinstance(found, Interchange)
    assert found.groups[0].transactions[0].segments[1][3] == "PO-2"


def test_what_follows_an_interchange_and_is_none_is_said(tmp_path: Path) -> None:
    found, rest = read(tmp_path, interchange(group(order())) + "and so on")
    assert isinstance(found, Interchange)
    assert isinstance(rest, BadRow)
    assert "should be an ISA" in rest.reason


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (interchange(group(order())).replace("IEA*1*000000007", "IEA*1*000000008"), "000000008 is not.*ISA13"),
        (interchange(group(order()), said=2), "says 2 groups and 1 came"),
        (interchange(group(order())[:-1]), "its GE is missing"),
        (interchange(order()), r"segment 2 \(ST\), does not belong here"),
    ],
)
def test_an_interchange_whose_ends_do_not_fit_is_not_taken(tmp_path: Path, text: str, says: str) -> None:
    assert re.search(says, refusal(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "says", "code"),
    [
        (interchange(group(order(said=9))), "says 9 segments and 4 came", "4"),
        (interchange(group(order())).replace("SE*4*0001", "SE*4*0002"), "0002 is not the control number 0001", "3"),
        (interchange(group([*order()[:-1]])), "its SE is missing", "2"),
    ],
)
def test_a_transaction_whose_ends_do_not_fit_says_so(tmp_path: Path, text: str, says: str, code: str) -> None:
    (fault,) = one(tmp_path, text).groups[0].transactions[0].faults
    assert says in str(fault)
    assert fault.set_code == code


@pytest.mark.parametrize(
    ("text", "says", "code"),
    [
        (interchange(group(order(), said=2)), "says 2 transaction sets and 1 came", "5"),
        (interchange(group(order())).replace("GE*1*7", "GE*1*8"), "8 is not the control number 7 of GS06", "4"),
    ],
)
def test_a_group_whose_ends_do_not_fit_says_so(tmp_path: Path, text: str, says: str, code: str) -> None:
    (fault,) = one(tmp_path, text).groups[0].faults
    assert says in str(fault)
    assert fault.set_code == code


@pytest.mark.parametrize(
    ("byte", "says"), [(b"\xe9", "byte 0xE9, which is not UTF-8"), (b"\x00", "control character 0x00")]
)
def test_a_byte_that_no_text_has_is_named_where_it_stands(tmp_path: Path, byte: bytes, says: str) -> None:
    text = interchange(group(order("PO-X"))).encode().replace(b"PO-X", b"PO-" + byte)
    (fault,) = one(tmp_path, text).groups[0].transactions[0].faults
    assert str(fault).startswith(f"segment 4 (BEG), element 3: holds {says}")


def test_a_reason_can_be_stored_whatever_bytes_it_names(tmp_path: Path) -> None:
    (found,) = read(tmp_path, interchange(group(order())).encode().replace(b"IEA*1*000000007", b"IEA*1*00\xe1\x00"))
    assert isinstance(found, BadRow)
    assert r"element 2: 00\xe1\x00 is not the control number" in found.reason
    assert found.text == r"IEA*1*00\xe1\x00"


def test_an_isa_is_a_hundred_and_six_characters() -> None:
    assert len(isa() + "~") == 106
