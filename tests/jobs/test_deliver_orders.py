"""Every supplier gets its orders by its own way, once each, whatever its server does; what is in doubt is asked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.jobs.drop_servers import BucketOutside, s3_server
from tests.jobs.orders_by_hand import MARTS, PostOffice, mail_server, order_server, release_order

from stockroom.delivery.providers import UnreachableProviderError
from stockroom.jobs.change_order import amend_order, cancel_order
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.named_people import UnnamedApproverError
from stockroom.jobs.rewrite_order import NoPaperError, rewrite_order
from stockroom.jobs.set_order_way import UnusableWayError, order_way, set_order_way
from stockroom.jobs.settle_message import NothingToSettleError, settle_message
from stockroom.settings import Settings
from stockroom.warehouse.order_changes import UnchangeableOrderError

NOW = datetime(2011, 6, 30, 6, tzinfo=UTC)
MESSAGE = "purchase_order/PO-000001/v1"


@pytest.fixture
def settings(warehouse, tmp_path: Path) -> Settings:
    warehouse.connection.execute(MARTS)
    warehouse.connection.commit()
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path / "documents",
        outbox_dir=tmp_path / "outbox",
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        mail_sender="smtp:mails",
        x12_id="ZZ:SAMPLEGIFTS",
    )


@pytest.fixture
def ask(warehouse):
    def rows(query: str) -> list[tuple]:
        found = warehouse.connection.execute(query).fetchall()
        warehouse.connection.commit()
        return found

    return rows


@pytest.fixture
def order(warehouse, settings):
    """Return a function that releases an order whose supplier gets it by ``way``."""

    def released(number=1, *, supplier_id="S01", **way) -> str:
        if way:
            set_order_way(settings, supplier_id, who="buyer", **way)
        po_number = release_order(warehouse.connection, number, supplier_id=supplier_id)
        warehouse.connection.commit()
        return po_number

    return released


@pytest.fixture
def office():
    with pytest.MonkeyPatch.context() as patch:
        found = PostOffice()
        with mail_server(found, patch):
            yield found


STATES = "select orders.state, outbox.state from ops.purchase_orders as orders, ops.outbox order by message_key"


def age_messages(ask) -> None:
    """Let a quarter of an hour pass for what is in doubt or was put off."""
    ask("update ops.outbox set sent_at = now() - interval '15 minutes', not_before = null returning 1")


def test_an_order_by_mail_brings_its_page_its_rows_and_its_850_once(order, settings, office, ask):
    order(way="mail", formats=["pdf", "xlsx", "x12"], x12_address="ZZ:MUGMAKERS")
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered"
    assert str(deliver_outbox(settings, now=NOW)) == "nothing to deliver"
    [mail] = office.mails()
    assert (mail["To"], mail["Subject"]) == (
        "orders@mug-makers.example",
        "Purchase order PO-000001 from Sample Gifts Ltd",
    )
    files = {part.get_filename(): part.get_payload(decode=True) for part in mail.walk() if part.get_filename()}
    assert sorted(files) == ["PO-000001.edi", "PO-000001.pdf", "PO-000001.xlsx"]
    assert b"BEG*00*SA*PO-000001**20110630~" in files["PO-000001.edi"]
    assert b"*000000001*0*P*>~" in files["PO-000001.edi"]
    assert ask(STATES) == [("sent", "sent")]
    assert ask("select actor, note from ops.purchase_order_events order by event_id desc limit 1") == [
        ("delivery", "PO-000001/v1 left by smtp:mails")
    ]


def test_an_order_by_mail_into_the_folder_is_one_file(order, settings, tmp_path):
    order(way="mail:other@mug-makers.example")
    deliver_outbox(replace(settings, mail_sender="folder"), now=NOW)
    [path] = (tmp_path / "outbox" / "mail").glob("*.eml")
    assert b"To: other@mug-makers.example" in path.read_bytes()


def test_a_server_that_takes_an_order_and_says_nothing_leads_to_a_question_and_to_no_second_order(
    order, settings, office, ask
):
    order(way="mail")
    office.says = None
    deliver_outbox(settings, now=NOW)
    assert ask(STATES) == [("released", "sending")]
    office.says = "250 OK"
    age_messages(ask)
    deliver_outbox(settings, now=NOW)
    assert len(office.taken) == 1
    [(mend,)] = ask("select mend from ops.exceptions where resolved_at is null")
    settle = f"`stockroom settle {MESSAGE} arrived --who NAME`"
    assert mend == f"ask the supplier whether it came; then {settle}, or `again`"
    assert settle_message(settings, MESSAGE, "arrived", who="buyer") == f"{MESSAGE}: it arrived (buyer)"
    assert ask(STATES) == [("sent", "sent")]
    assert ask("select count(*) from ops.exceptions where resolved_at is null") == [(0,)]
    with pytest.raises(NothingToSettleError):
        settle_message(settings, MESSAGE, "again", who="buyer")


def test_what_did_not_arrive_leaves_again_under_the_same_message_id(order, settings, office, ask):
    order(way="mail")
    office.says = None
    deliver_outbox(settings, now=NOW)
    office.says = "250 OK"
    settle_message(settings, MESSAGE, "again", who="buyer")
    deliver_outbox(settings, now=NOW)
    first, second = office.mails()
    assert first["Message-ID"] == second["Message-ID"]
    assert office.taken[0] == office.taken[1]
    assert ask(STATES) == [("sent", "sent")]


def test_what_leaves_again_and_is_cut_off_again_is_asked_about_again(order, settings, office, ask):
    order(way="mail")
    office.says = None
    open_questions = "select count(*) from ops.exceptions where state = 'open'"
    for _ in range(2):
        deliver_outbox(settings, now=NOW)
        age_messages(ask)
        ask("update ops.exceptions set raised_at = raised_at - interval '1 hour' returning 1")
        deliver_outbox(settings, now=NOW)
        assert ask(open_questions) == [(1,)]
        settle_message(settings, MESSAGE, "again", who="buyer")
        assert ask(open_questions) == [(0,)]


def test_a_server_that_refuses_is_tried_later_and_later_and_told_of(order, settings, office, ask):
    order(way="mail")
    office.says = "554 no"
    assert "1 failed, see ops.exceptions: PO-000001/v1" in str(deliver_outbox(settings, now=NOW))
    office.says = "250 OK"
    assert str(deliver_outbox(settings, now=NOW)) == "nothing to deliver", "two minutes have to pass"
    minutes = "select round(extract(epoch from not_before - now()) / 60) from ops.outbox"
    assert ask(minutes) == [(2,)]
    age_messages(ask)
    deliver_outbox(settings, now=NOW)
    assert ask(STATES) == [("sent", "sent")]
    assert ask("select count(*) from ops.exceptions where resolved_at is null") == [(0,)]


def test_a_supplier_without_an_address_is_an_exception_that_names_the_mend(order, settings, office, ask):
    order(supplier_id="S02", way="mail")
    assert "1 failed" in str(deliver_outbox(settings, now=NOW))
    [(detail,)] = ask("select detail from ops.exceptions")
    assert "supplier S02 has no address" in detail
    assert "`stockroom order-way S02 --by mail:orders@supplier.example`" in detail
    assert office.taken == []


def test_an_order_is_posted_to_a_suppliers_own_server_with_a_key_that_shows_a_repetition(order, settings, ask):
    order(way="post:supplier", formats=["pdf", "csv"])
    with pytest.MonkeyPatch.context() as patch, order_server(patch) as posted:
        deliver_outbox(settings, now=NOW)
        deliver_outbox(settings, now=NOW)
    [(headers, body)] = posted
    assert (headers["Content-Type"], headers["Authorization"]) == ("text/csv", "Bearer key")
    assert len(headers["Idempotency-Key"]) == 32
    assert body.startswith(b"po_number,version")
    assert ask(STATES) == [("sent", "sent")]


@pytest.mark.parametrize(("status", "state"), [(400, "failed"), (503, "pending"), (500, "sending")])
def test_a_suppliers_server_that_says_no_later_or_breaks(order, settings, ask, status, state):
    order(way="post:supplier")
    with pytest.MonkeyPatch.context() as patch, order_server(patch, status=status), suppress(UnreachableProviderError):
        deliver_outbox(settings, now=NOW)
    assert ask(STATES) == [("released", state)]


def test_an_order_is_left_in_a_suppliers_drop(order, settings, ask):
    with s3_server("stockroom_orders") as client:
        drop = BucketOutside(client, "in", "stockroom_orders")
        order(way=drop.url, formats=["csv", "x12"], x12_address="ZZ:MUGMAKERS")
        deliver_outbox(settings, now=NOW)
        assert sorted(drop.contents()) == ["PO-000001.csv", "PO-000001.edi"]
        assert ask("select path from ops.outbox") == [(f"{drop.url}/PO-000001.csv",)]
    assert ask(STATES) == [("sent", "sent")]


def test_an_amended_order_leaves_as_a_new_version_that_names_the_one_it_replaces(order, settings, tmp_path, ask):
    po_number = order(formats=["pdf", "csv", "x12"], x12_address="ZZ:MUGMAKERS")
    deliver_outbox(settings, now=NOW)
    done = amend_order(
        settings, po_number, units={1: 12, 2: 0}, requested_date=date(2011, 7, 20), who="buyer", because="half will do"
    )
    assert str(done) == "PO-000001: version 2, £30.00 instead of £120.00 (buyer); the supplier is told"
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered"
    interchange = (tmp_path / "outbox" / "purchase_orders" / "PO-000001-v2.edi").read_bytes()
    assert b"BEG*05*SA*PO-000001*2*20110630~" in interchange
    assert b"PO1*1*12*EA*2.5**VP*X-MUG*BP*MUG~" in interchange
    assert b"*000000002*0*P" in interchange, "no control number comes twice"
    assert ask("select version, state, value from ops.purchase_orders")[0][:2] == (2, "sent")
    assert ask("select reason from ops.purchase_order_lines where version = 2") == [
        ("few Changed by buyer: half will do.",)
    ]


def test_a_line_keeps_its_number_when_another_is_struck(order, settings, tmp_path, ask):
    """What the supplier said of line 2 stays with the cups, which the new version calls line 2 as well."""
    po_number = order(formats=["pdf", "csv", "x12"], x12_address="ZZ:MUGMAKERS")
    deliver_outbox(settings, now=NOW)
    amend_order(settings, po_number, units={1: 0}, who="buyer", because="no mugs")
    deliver_outbox(settings, now=NOW)
    lines = "select line_number, sku, units from ops.purchase_order_lines where version = {}"
    assert ask(lines.format(2)) == [(2, "CUP", 24)]
    assert b"PO1*2*24*EA*2.5" in (tmp_path / "outbox" / "purchase_orders" / "PO-000001-v2.edi").read_bytes()
    amend_order(settings, po_number, units={2: 12}, who="buyer", because="fewer cups")
    assert ask(lines.format(3)) == [(2, "CUP", 12)]


def test_an_order_changed_before_it_left_leaves_once_as_it_is_now(order, settings, tmp_path):
    po_number = order()
    assert "it had not left yet" in str(amend_order(settings, po_number, units={1: 12}, who="buyer", because="less"))
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered"
    assert sorted(path.name for path in (tmp_path / "outbox" / "purchase_orders").glob("*")) == [
        "PO-000001.csv", "PO-000001.pdf",
    ]  # fmt: skip


def test_a_cancelled_order_is_taken_back_from_a_supplier_who_has_it_and_from_no_other(order, settings, tmp_path, ask):
    has_it = order(1)
    deliver_outbox(settings, now=NOW)
    still_here = order(2)
    assert "the supplier is told" in str(cancel_order(settings, has_it, who="buyer", because="no need"))
    assert "it had not left yet" in str(cancel_order(settings, still_here, who="buyer", because="no need"))
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order taken back"
    names = {path.name for path in (tmp_path / "outbox" / "purchase_orders").glob("*.csv")}
    assert names == {"PO-000001.csv", "PO-000001-cancelled.csv"}
    assert ask("select distinct state from ops.purchase_orders") == [("cancelled",)]
    with pytest.raises(UnchangeableOrderError, match="PO-000001 is cancelled"):
        amend_order(settings, has_it, units={1: 1}, who="buyer", because="after all")


def test_what_grows_beyond_the_second_threshold_takes_a_second_approver(order, settings, ask):
    po_number = order()
    limited = replace(settings, second_approval_threshold=120)
    with pytest.raises(UnnamedApproverError, match=r"would grow to 150\.00"):
        amend_order(limited, po_number, units={1: 36}, who="buyer", because="more")
    assert ask("select version from ops.purchase_orders") == [(1,)]
    assert amend_order(limited, po_number, units={1: 36}, who="director", because="more").changed.version == 2


def test_what_grows_in_other_money_is_weighed_by_its_rate(order, settings, ask):
    po_number = order(2)
    limited = replace(settings, second_approval_threshold=120)
    with pytest.raises(UnnamedApproverError, match=r"would grow to 150\.00 C02, of which no rate is known"):
        amend_order(limited, po_number, units={1: 36}, who="buyer", because="more")
    ask("update ops.purchase_orders set exchange_rate = 0.5, rate_date = plan_date returning 1")
    done = amend_order(limited, po_number, units={1: 36}, who="buyer", because="75.00 of ours")
    assert "C02\N{NO-BREAK SPACE}150.00 instead of C02\N{NO-BREAK SPACE}120.00" in str(done)
    ask("update ops.purchase_orders set exchange_rate = 2 returning 1")
    with pytest.raises(UnnamedApproverError, match="above 120"):
        amend_order(limited, po_number, units={1: 37}, who="buyer", because="305.00 of ours")


def test_what_was_wanted_as_soon_as_possible_still_is_when_it_is_changed(order, settings, ask):
    po_number = order()
    ask("update ops.purchase_orders set requested_date = null returning 1")
    amend_order(settings, po_number, units={1: 12}, who="buyer", because="less")
    assert ask("select requested_date from ops.purchase_orders") == [(None,)]


def test_a_way_is_kept_version_by_version_with_who_set_it(settings):
    assert str(order_way(settings, "S01")) == "S01: folder, as pdf, csv (en-GB; as nobody set another way)"
    set_order_way(settings, "S01", who="buyer", way="mail", locale="de-DE")
    done = set_order_way(settings, "S01", who="director", tax_note="VAT as invoiced")
    assert done == order_way(settings, "S01")
    assert str(done) == 'S01: mail, as pdf, csv (de-DE; "VAT as invoiced"; set by director, version 2)'
    with pytest.raises(UnnamedApproverError):
        set_order_way(settings, "S01", who="eve", way="mail:eve@evil.example")


def test_what_was_sent_is_written_again_to_the_same_bytes_whatever_is_said_since(settings, order, warehouse, tmp_path):
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "acme.toml").write_text('note = "Our terms apply."')
    settings = replace(settings, order_templates_dir=templates)
    set_order_way(settings, "S01", who="buyer", template="acme")
    po_number = order()
    deliver_outbox(settings, now=NOW)
    sent = {path.name: path.read_bytes() for path in (settings.outbox_dir / "purchase_orders").iterdir()}
    (templates / "acme.toml").write_text('note = "Other terms apply."')
    warehouse.connection.execute("update marts.dim_suppliers set name = 'Mugs and More', payment_terms = 'at once'")
    warehouse.connection.commit()
    again = rewrite_order(settings, po_number, version=None, folder=tmp_path)
    assert {path.name: path.read_bytes() for path in again} == sent
    assert set(sent) == {f"{po_number}.csv", f"{po_number}.pdf"}
    with pytest.raises(NoPaperError, match="PO-000009"):
        rewrite_order(settings, "PO-000009", version=None, folder=tmp_path)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"template": "../acme"}, "is no template"),
        ({"way": "pigeon"}, "'pigeon' is no way for orders"),
        ({"way": "sftp://me:secret@host/in"}, "a password stands in the address"),
        ({"formats": ["doc"]}, "give some of pdf, csv, xlsx, x12"),
        ({"locale": "xx"}, "'xx' is not known"),
        ({"formats": ["x12"]}, "--x12-id the supplier"),
    ],
)
def test_a_way_by_which_no_order_could_leave_is_refused(settings, given, reason):
    with pytest.raises(UnusableWayError, match=reason):
        set_order_way(settings, "S01", who="buyer", **given)


def test_a_number_stays_for_ever(order, warehouse):
    order()
    with pytest.raises(Exception, match="its number is never used again"):
        warehouse.connection.execute("delete from ops.purchase_orders")
    warehouse.connection.rollback()
