"""Mails leave through a real SMTP server or Amazon's, once each, whatever the server does."""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import boto3
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from moto.server import ThreadedMotoServer
from tests.killing import wait_for_the_killed
from tests.storefront.conftest import Shop, now
from tests.storefront.notice_killing import kill_while_delivering

from stockroom.delivery.providers import UnreachableProviderError
from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.settings import SettingsError

ADA, BOB, CAT = (f"{name}@mail.example" for name in ("ada", "bob", "cat"))


class PostOffice:
    """What the server hears, and what it answers."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.sessions: set[int] = set()
        self.to_recipient = "250 OK"
        self.to_content: str | None = "250 OK"
        """None: it takes the mail and says nothing, as if the line were cut."""
        self.closes_after = 0
        """Mails after which it says that it is closing; 0: never."""

    async def handle_RCPT(self, _: SMTP, session: Session, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.sessions.add(id(session))
        if self.closes_after and len(self.taken) == self.closes_after:
            self.closes_after = 0
            return "421 4.3.2 closing"
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        if self.to_content is None or self.to_content.startswith("250"):
            self.taken.append(envelope)
        if self.to_content is None:
            server.transport.abort()
            return "250 nobody hears this"
        return self.to_content

    def content(self, number: int) -> bytes:
        content = self.taken[number].content
        return content if isinstance(content, bytes) else b""

    def addresses(self) -> Counter[str]:
        return Counter(address for envelope in self.taken for address in envelope.rcpt_tos)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def server(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Controller]:
    port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    connection = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "extra": {"disable_ssl": True, "disable_tls": True, "retry_limit": 0, "timeout": 5},
    }
    monkeypatch.setenv("AIRFLOW_CONN_MAILS", json.dumps(connection))
    yield controller
    controller.stop()


@pytest.fixture
def shop(open_shop: Any, shop: Shop) -> Shop:
    """Return a shop whose mails leave through the server."""
    assert shop.states() == [], "nobody waits yet"
    return open_shop(mail_sender="smtp:mails")


def wait_in_line(shop: Shop, *addresses: str) -> None:
    for address in addresses:
        shop.ask(email=address)
        shop.confirm(address)
    shop.do("delete from ops.outbox")


def tell(shop: Shop, units: int = 9) -> Any:
    shop.stock(units)
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    return deliver_outbox(shop.settings, now=now())


@pytest.mark.usefixtures("server")
def test_mails_leave_over_one_connection_and_once(shop: Shop, office: PostOffice) -> None:
    wait_in_line(shop, ADA, BOB, CAT)
    assert len(tell(shop).mails) == 3
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 0
    assert office.addresses() == {ADA: 1, BOB: 1, CAT: 1}
    assert len(office.sessions) == 1
    first = message_from_bytes(office.content(0))
    assert first["Subject"] == "Back in stock: Lantern"
    assert first["To"] == office.taken[0].rcpt_tos[0]
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert shop.rows("select distinct state, path from ops.outbox") == [("sent", "smtp:mails")]
    assert shop.states() == ["sent"] * 3


@pytest.mark.usefixtures("server")
def test_a_question_leaves_by_the_server_too(shop: Shop, office: PostOffice) -> None:
    shop.ask(email=ADA)
    shop.deliver_questions()
    assert office.addresses() == {ADA: 1}
    assert b"confirm" in office.content(0)


@pytest.mark.usefixtures("server")
def test_an_address_that_nobody_has_is_a_bounce_and_is_not_written_to_again(shop: Shop, office: PostOffice) -> None:
    wait_in_line(shop, ADA)
    office.to_recipient = "550 5.1.1 no such user ada@mail.example"
    assert tell(shop).failed == [], "nothing is left to do for a person"
    assert shop.states() == ["failed"]
    assert shop.rows("select reason from pii.suppressions") == [("bounce",)]
    assert shop.rows("select * from ops.exceptions") == []
    office.to_recipient = "250 OK"
    tell(shop)
    assert office.taken == []


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("to_recipient", "to_content", "said"),
    [
        ("550 5.7.1 we do not like your address", "250 OK", "550 5.7.1"),
        ("550 go away ada@mail.example", "250 OK", "550"),
        ("451 4.7.1 come back later", "250 OK", "451 4.7.1"),
        ("250 OK", "554 5.6.0 this is spam", "554 5.6.0"),
    ],
)
def test_what_a_server_refuses_is_put_before_a_person_and_tried_again(
    shop: Shop, office: PostOffice, to_recipient: str, to_content: str, said: str
) -> None:
    wait_in_line(shop, ADA)
    office.to_recipient, office.to_content = to_recipient, to_content
    assert len(tell(shop).failed) == 1
    assert shop.rows("select detail from ops.exceptions") == [(f"the mail server refused it: {said}",)]
    assert shop.states() == ["failed"]
    assert shop.rows("select * from pii.suppressions") == []
    office.to_recipient = office.to_content = "250 OK"
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 1
    assert office.addresses() == {ADA: 1}
    assert shop.states() == ["sent"]


@pytest.mark.usefixtures("server")
def test_a_server_that_is_away_keeps_every_mail_waiting(
    shop: Shop, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_in_line(shop, ADA, BOB)
    here = os.environ["AIRFLOW_CONN_MAILS"]
    monkeypatch.setenv("AIRFLOW_CONN_MAILS", json.dumps({**json.loads(here), "port": free_port()}))
    with pytest.raises(UnreachableProviderError, match="2 messages wait"):
        tell(shop)
    assert shop.rows("select distinct state from ops.outbox") == [("pending",)]
    assert shop.rows("select * from ops.exceptions") == []
    monkeypatch.setenv("AIRFLOW_CONN_MAILS", here)
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 2
    assert office.addresses() == {ADA: 1, BOB: 1}


@pytest.mark.usefixtures("server")
def test_a_mail_that_was_taken_without_an_answer_is_never_sent_again(shop: Shop, office: PostOffice) -> None:
    wait_in_line(shop, ADA)
    office.to_content = None
    tell(shop)
    office.to_content = "250 OK"
    shop.do("update ops.outbox set sent_at = now() - interval '1 hour'")
    deliver_outbox(shop.settings, now=now())
    assert office.addresses() == {ADA: 1}
    ((detail,),) = shop.rows("select detail from ops.exceptions")
    assert "it may have left or not" in detail


@pytest.mark.usefixtures("server")
def test_a_connection_that_the_server_closes_is_opened_again(shop: Shop, office: PostOffice) -> None:
    wait_in_line(shop, ADA, BOB, CAT)
    office.closes_after = 2
    assert len(tell(shop).mails) == 3
    assert office.addresses() == {ADA: 1, BOB: 1, CAT: 1}
    assert len(office.sessions) == 2


@pytest.mark.usefixtures("server")
def test_killed_at_any_moment_nobody_is_written_to_twice(shop: Shop, office: PostOffice) -> None:
    addresses = [f"shopper{number}@mail.example" for number in range(40)]
    wait_in_line(shop, *addresses)
    shop.stock(100)
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    kill_while_delivering(shop.settings, kills=3, has_begun=lambda: len(office.taken))
    wait_for_the_killed(shop.looking)
    deliver_outbox(shop.settings, now=now())
    assert max(office.addresses().values()) == 1
    ((unsure,),) = shop.rows("select count(*) from ops.outbox where state = 'sending'")
    assert shop.rows("select count(*) from ops.outbox where state = 'sent'") == [(40 - unsure,)]
    assert 40 - unsure <= len(office.taken) <= 40


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    moto = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    given = {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"}
    connection = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": given}
    monkeypatch.setenv("AIRFLOW_CONN_AMAZON", json.dumps(connection))
    yield boto3.client("sesv2", aws_access_key_id="testing", aws_secret_access_key="testing", **given)
    moto.stop()


def test_amazon_takes_a_mail_once_the_sender_is_verified_there(open_shop: Any, shop: Shop, amazon: Any) -> None:
    shop = open_shop(mail_sender="ses:amazon")
    wait_in_line(shop, ADA)
    assert len(tell(shop).failed) == 1
    ((detail,),) = shop.rows("select detail from ops.exceptions")
    assert detail.startswith("Amazon SES refused it: ")
    amazon.create_email_identity(EmailIdentity=shop.settings.mail_from)
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 1
    assert shop.rows("select state, path from ops.outbox") == [("sent", "ses:amazon")]


def test_a_sender_that_is_none_is_named(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(mail_sender="pigeon")
    with pytest.raises(SettingsError, match=r"STOCKROOM_MAIL_SENDER='pigeon': give `folder`, or `smtp:`"):
        deliver_outbox(shop.settings, now=now())
