"""Who bounced, complained or said STOP hears no more, whatever else says otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.storefront.conftest import Shop, now

from stockroom.documents.text_messages import read_wish
from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.explain_notice import digest_of
from stockroom.jobs.take_in_feedback import take_in_feedback

ADA, PHONE = "ada@mail.example", "+447700900123"


def text(words: str, number: str = PHONE) -> dict[str, Any]:
    return {"originationNumber": number, "messageBody": words}


def mail_notice(kind: str, bounce_type: str = "Permanent") -> dict[str, Any]:
    people = [{"emailAddress": ADA.title()}]
    if kind == "Bounce":
        return {"notificationType": kind, "bounce": {"bounceType": bounce_type, "bouncedRecipients": people}}
    return {"notificationType": kind, "complaint": {"complainedRecipients": people}}


@pytest.fixture
def shop(shop: Shop, tmp_path: Path) -> Shop:
    (tmp_path / "feedback").mkdir()
    return replace(shop, settings=replace(shop.settings, feedback_dir=tmp_path / "feedback"))


def hear(shop: Shop, *documents: Any) -> str:
    for number, document in enumerate(documents):
        (shop.settings.feedback_dir / f"{number}.json").write_text(json.dumps(document))
    return str(take_in_feedback(shop.settings))


def wait(shop: Shop, **fields: str) -> None:
    shop.ask(**fields)
    shop.do("update ops.restock_request_contacts set confirmed_at = now()")
    shop.do("update ops.restock_requests set state = 'active' where state = 'pending'")
    shop.do("delete from ops.outbox")


def told(shop: Shop) -> int:
    shop.stock(9)
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    summary = deliver_outbox(shop.settings, now=now())
    return len(summary.mails) + len(summary.texts)


@pytest.mark.parametrize(
    ("word", "number"), [("STOP", PHONE), (" stop. ", PHONE.removeprefix("+")), ("Unsubscribe", "0044 7700 900123")]
)
def test_stop_ends_texts_and_what_was_asked_by_phone_alone(shop: Shop, word: str, number: str) -> None:
    wait(shop, email="", phone=PHONE)
    assert hear(shop, text(word, number)) == "feedback: 1 stop"
    assert shop.states() == ["unsubscribed"]
    assert told(shop) == 0
    assert list(shop.settings.feedback_dir.iterdir()) == [], "it names a number, so it is not kept"
    assert hear(shop) == "feedback: nothing new"


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("STOP ALL", "stop"),
        ('"Stop" \N{PERSON WITH FOLDED HANDS}', "stop"),
        ("s t o p", "stop"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER S}top it please", "stop"),
        ("Bitte stopp", "stop"),
        ("ARR\N{LATIN CAPITAL LETTER E WITH CIRCUMFLEX}T", "stop"),
        ("opt out", "stop"),
        ("Revoke.", "stop"),
        ("END", "stop"),
        ("help, how do I stop this", "stop"),
        ("that was the end of my lantern", ""),
        ("Unstop.", "start"),
        ("yes and no", ""),
        ("Help?", "help"),
        ("Hilfe!", "help"),
        ("", ""),
    ],
)
def test_a_wish_is_heard_however_it_is_written(words: str, wish: str) -> None:
    assert read_wish(words) == wish


def test_stop_leaves_mail_alone_and_start_takes_it_back(shop: Shop) -> None:
    wait(shop, email=ADA, phone=PHONE)
    hear(shop, text("STOP"))
    assert told(shop) == 1
    hear(shop, text("START"))
    assert shop.rows("select 1 from pii.suppressions") == []


def test_help_is_answered_once_a_day_also_at_night(shop: Shop) -> None:
    wait(shop, email="", phone=PHONE)
    assert hear(shop, text("HELP"), text("help")) == "feedback: 2 help"
    assert str(deliver_outbox(shop.settings, now=now())) == "1 answer to HELP"
    (path,) = (shop.settings.outbox_dir / "sms").iterdir()
    assert "Reply STOP to end." in json.loads(path.read_text())["words"]


@pytest.mark.parametrize("kind", ["Bounce", "Complaint"])
def test_an_address_that_bounced_or_complained_hears_no_more(shop: Shop, kind: str) -> None:
    wait(shop)
    assert (
        hear(shop, {"Type": "Notification", "Message": json.dumps(mail_notice(kind))}) == f"feedback: 1 {kind.lower()}"
    )
    assert told(shop) == 0
    assert shop.rows("select contact_sha256, covers, reason from pii.suppressions") == [
        (digest_of(ADA), "everything", kind.lower())
    ]


def test_a_notice_that_bounced_has_failed_and_its_units_are_free_again(shop: Shop) -> None:
    wait(shop)
    wait(shop, email="bob@mail.example")
    shop.stock(1)
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    deliver_outbox(shop.settings, now=now())
    hear(shop, mail_notice("Bounce"))
    assert shop.states() == ["failed", "active"]
    assert shop.rows("select sent_at < bounced_at from ops.restock_outcomes") == [(True,)]
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    assert shop.states() == ["failed", "chosen"]


def test_a_full_mailbox_is_no_dead_one_and_what_is_not_understood_is_counted(shop: Shop) -> None:
    said = hear(shop, mail_notice("Bounce", "Transient"), [1], {"notificationType": "Bounce", "bounce": 3})
    assert said == "feedback: 3 not understood"
    assert shop.rows("select 1 from pii.suppressions") == []


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"}
    connection = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": given}
    monkeypatch.setenv("AIRFLOW_CONN_SHOPPERS", json.dumps(connection))
    client = boto3.client("sqs", aws_access_key_id="testing", aws_secret_access_key="testing", **given)
    url = client.create_queue(QueueName="feedback")["QueueUrl"]
    yield lambda body: client.send_message(QueueUrl=url, MessageBody=body)
    server.stop()


def test_feedback_comes_by_amazons_queue_too_and_is_taken_once(open_shop: Any, shop: Shop, queue: Any) -> None:
    shop = open_shop(feedback_queue="sqs:shoppers:feedback")
    wait(shop)
    for document in (mail_notice("Complaint"), text("STOP"), "no JSON at all {"):
        queue(document if isinstance(document, str) else json.dumps(document))
    assert str(take_in_feedback(shop.settings)) == "feedback: 1 complaint, 1 not understood, 1 stop"
    assert str(take_in_feedback(shop.settings)) == "feedback: nothing new"
