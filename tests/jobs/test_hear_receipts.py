"""What a supplier's program says of the 850 that it got: taken, refused with where, of none of ours, and once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import mockedi.ack
import mockedi.validate
import mockedi.x12
import pytest
from tests.jobs.orders_by_hand import MARTS, release_order
from tests.x12.texts import interchange

from stockroom.jobs.change_order import amend_order, cancel_order
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.set_order_way import set_order_way
from stockroom.jobs.settle_message import settle_message
from stockroom.jobs.sync_suppliers import sync_suppliers
from stockroom.settings import Settings

NOW = datetime(2011, 6, 30, 6, tzinfo=UTC)
SAID = "select is_accepted, answer_code, answered_at, answer_says from ops.order_interchanges order by control_number"
OPEN = "select kind, subject, detail, mend from ops.exceptions where resolved_at is null order by kind"


@pytest.fixture
def settings(warehouse, landing_url: str, tmp_path: Path) -> Settings:
    warehouse.connection.execute(MARTS)
    warehouse.connection.commit()
    folders = {name: tmp_path / name for name in ("suppliers_dir", "wms_dir", "planners_dir")}
    for folder in folders.values():
        folder.mkdir()
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path / "documents",
        outbox_dir=tmp_path / "outbox",
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        suppliers_out_dir=tmp_path / "out",
        x12_id="ZZ:SAMPLEGIFTS",
        **folders,
    )


@pytest.fixture
def ask(warehouse):
    def rows(query: str) -> list[tuple]:
        found = warehouse.connection.execute(query).fetchall()
        warehouse.connection.commit()
        return found

    return rows


@pytest.fixture
def ours(warehouse, settings: Settings) -> str:
    """Return the 850 that left for the supplier."""
    set_order_way(settings, "S01", who="buyer", way="folder", formats=["pdf", "x12"], x12_address="ZZ:MUGMAKERS")
    release_order(warehouse.connection)
    warehouse.connection.commit()
    deliver_outbox(settings, now=NOW)
    return (settings.outbox_dir / "purchase_orders" / "PO-000001.edi").read_text()


def answer(
    settings: Settings, ours: str, name: str = "997-1.edi", *, sender: str = "MUGMAKERS", control: str = "1", hours=1
) -> str:
    """Leave the 997 that the supplier's program writes of ``ours``, and take it in."""
    came = mockedi.x12.parse(ours)
    report = mockedi.validate.validate(came, strict=True)
    [(kind, number, version, messages)] = mockedi.ack.group_reports(came, report)
    body = mockedi.ack.functional_acknowledgment(kind, number, version, messages)
    sent = mockedi.x12.wrap(
        [mockedi.x12.message("997", "0001", body)],
        sender, "SAMPLEGIFTS", control, control, "FA", moment=(NOW + timedelta(hours=hours)).replace(tzinfo=None),
    )  # fmt: skip
    (settings.suppliers_dir / name).write_text(mockedi.x12.render(sent))
    return str(sync_suppliers(settings))


def test_an_850_that_its_supplier_takes_is_known_to_be_taken_and_hearing_it_again_changes_nothing(settings, ours, ask):
    assert ask(SAID) == [(None, None, None, None)]
    assert answer(settings, ours).endswith("X12 orders: 1 newly answered, 0 refused or taken with errors, "
                                           "0 answers to none of ours")  # fmt: skip
    first = [(True, "A", NOW + timedelta(hours=1), "")]
    assert ask(SAID) == first
    assert "X12 orders" not in answer(settings, ours, "997-2.edi", control="2", hours=5)
    assert ask(SAID) == first
    assert ask(OPEN) == []
    assert not settings.suppliers_out_dir.exists() or not list(settings.suppliers_out_dir.iterdir())


def test_a_refused_850_is_put_before_a_person_with_segment_and_mend_until_it_is_taken(settings, ours, ask):
    bad = ours.replace("PO1*1*24*EA*2.5", "PO1*1*many*EA*2.5")
    answer(settings, bad)
    [(is_accepted, code, _, says)] = ask(SAID)
    assert (is_accepted, code) == (False, "R")
    place = ours.split("ST*850")[1].count("~", 0, ours.split("ST*850")[1].index("PO1*1")) + 1
    assert f"PO1 (segment {place}) element 2 'many' holds a sign that is not allowed" in says
    [(kind, subject, detail, mend)] = ask(OPEN)
    assert (kind, subject) == ("refused_order_document", "PO-000001 to S01")
    assert detail == f"the 997 for interchange 1 says R, refused: {says}"
    assert "send it anew: `stockroom amend PO-000001 --because …`" in mend
    answer(settings, bad, "997-2.edi", control="2", hours=2)
    assert len(ask(OPEN)) == 1
    answer(settings, ours, "997-3.edi", control="3", hours=3)
    assert ask(SAID) == [(True, "A", NOW + timedelta(hours=3), "")]
    assert ask(OPEN) == []


def test_a_refused_850_that_was_sent_anew_waits_for_what_is_said_of_the_new_one(settings, ours, ask):
    answer(settings, ours.replace("PO1*1*24*EA*2.5", "PO1*1*many*EA*2.5"))
    amend_order(settings, "PO-000001", units={}, who="buyer", because="it was refused")
    deliver_outbox(settings, now=NOW)
    sync_suppliers(settings)
    assert [said[:2] for said in ask(SAID)] == [(False, "R"), (None, None)]
    assert ask(OPEN) == []


def test_a_refused_cancellation_is_to_be_told_otherwise(settings, ours, ask):
    assert "BEG*00" in ours
    cancel_order(settings, "PO-000001", who="buyer", because="no room")
    deliver_outbox(settings, now=NOW)
    cancelled = (settings.outbox_dir / "purchase_orders" / "PO-000001-cancelled.edi").read_text()
    answer(settings, cancelled.replace("PO1*1*", "PO1*1*many", 1))
    [(_, _, detail, mend)] = ask(OPEN)
    assert detail.startswith("the 997 for interchange 2 says R, refused: PO1 (segment ")
    assert mend == "tell S01 otherwise that the order is cancelled, and settle this"


def test_an_850_taken_with_errors_is_taken_and_asked_about(settings, ours, ask):
    answer(settings, ours)
    path = settings.suppliers_dir / "997-2.edi"
    text = (settings.suppliers_dir / "997-1.edi").read_text()
    path.write_text(text.replace("AK5*A", "AK5*E*5").replace("AK9*A", "AK9*E").replace("*0700*", "*0800*"))
    sync_suppliers(settings)
    assert ask(SAID) == [(True, "E", NOW + timedelta(hours=2), "segments are in error")]
    [(_, _, detail, mend)] = ask(OPEN)
    assert detail == "the 997 for interchange 1 says E, taken, with errors: segments are in error"
    assert mend == "ask S01 whether it can fill the order so"


@pytest.mark.parametrize(("number", "sender"), [("77", "MUGMAKERS"), ("1", "SOMEONE")])
def test_a_997_for_what_its_sender_never_got_is_asked_about_and_answers_no_order(settings, ours, ask, number, sender):
    answer(
        settings, ours.replace("*1*X*004010", f"*{number}*X*004010").replace("GE*1*1", f"GE*1*{number}"), sender=sender
    )
    assert ask(SAID) == [(None, None, None, None)]
    [(kind, subject, detail, _)] = ask(OPEN)
    assert (kind, subject) == ("unknown_order_document", f"{sender} PO {number}")
    whose = ": it is PO-000001 to S01" if number == "1" else ""
    assert detail == f"a 997 (997-1.edi) answers group {number} (PO), which {sender} never got from us{whose}"


@pytest.fixture
def in_doubt(warehouse, settings: Settings) -> None:
    """Let the process end between the supplier's yes and our note of it."""
    set_order_way(settings, "S01", who="buyer", way="folder", formats=["x12"], x12_address="ZZ:MUGMAKERS")
    release_order(warehouse.connection)
    warehouse.connection.execute("insert into ops.order_interchanges (message_key) select message_key from ops.outbox")
    warehouse.connection.execute("update ops.outbox set state = 'sending', sent_at = now() - interval '1 hour'")
    warehouse.connection.commit()
    deliver_outbox(settings, now=NOW)  # asks a person


def leave_997(settings: Settings, *, verdict: str = "A", sender: str = "MUGMAKERS") -> str:
    """Let a program say something of our group 1."""
    segments = [
        "ST*997*0001", "AK1*PO*1", f"AK9*{verdict}*1*1*{int(verdict == 'A')}", "SE*4*0001",
    ]  # fmt: skip
    head = f"GS*FA*{sender}*SAMPLEGIFTS*20110630*0700*9*X*004010"
    text = interchange([head, *segments, "GE*1*9"]).replace(f"{'CUSTOMER':15}", f"{sender:15}")
    (settings.suppliers_dir / f"997-{sender}.edi").write_text(text)
    return str(sync_suppliers(settings))


STATES = "select messages.state, orders.state from ops.outbox as messages, ops.purchase_orders as orders"


@pytest.mark.usefixtures("in_doubt")
@pytest.mark.parametrize("verdict", ["A", "R"])
def test_a_997_settles_whether_its_order_left(settings, ask, verdict):
    assert ask(STATES) == [("sending", "released")]
    assert [kind for kind, *_ in ask(OPEN)] == ["undelivered"]
    assert leave_997(settings, verdict=verdict).endswith("1 no longer in doubt")
    assert ask(STATES) == [("sent", "sent")]
    assert [kind for kind, *_ in ask(OPEN)] == ([] if verdict == "A" else ["refused_order_document"])
    deliver_outbox(settings, now=NOW)
    assert not (settings.outbox_dir / "purchase_orders").exists()
    assert "in doubt" not in str(sync_suppliers(settings))


@pytest.mark.usefixtures("in_doubt")
def test_a_997_of_somebody_else_settles_nothing(settings, ask):
    leave_997(settings, sender="SOMEONE")
    assert ask(STATES) == [("sending", "released")]
    assert [kind for kind, *_ in ask(OPEN)] == ["undelivered", "unknown_order_document"]


@pytest.mark.usefixtures("in_doubt")
def test_an_order_that_was_to_leave_again_does_not_once_its_supplier_has_answered(settings, ask):
    settle_message(settings, "purchase_order/PO-000001/v1", "again", who="buyer")
    assert ask(STATES) == [("pending", "released")]
    leave_997(settings)
    deliver_outbox(settings, now=NOW)
    assert ask(STATES) == [("sent", "sent")]
    assert not (settings.outbox_dir / "purchase_orders").exists()


def test_a_997_without_its_verdict_says_nothing_and_is_put_aside(settings, ours, ask):
    answer(settings, ours)
    text = (settings.suppliers_dir / "997-1.edi").read_text()
    (settings.suppliers_dir / "997-2.edi").write_text(text.replace("AK9*A*", "AK8*R*").replace("AK5*A", "AK5*R"))
    sync_suppliers(settings)
    assert [said[:2] for said in ask(SAID)] == [(True, "A")]
    [(reason,)] = ask("select reason from raw.rejected_records")
    assert "its AK9 is missing; send one with A, E, P or R" in reason
