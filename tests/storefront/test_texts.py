"""Texts leave by day, once, and not to whoever said STOP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from moto.server import ThreadedMotoServer
from tests.storefront.conftest import Shop, now

from stockroom.delivery import texts
from stockroom.documents.shopper_language import language_of
from stockroom.documents.text_messages import restock_text
from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.quiet_hours import leaves_at
from stockroom.settings import SettingsError
from stockroom.storefront.app import storefront
from stockroom.warehouse import connect
from stockroom.warehouse.restock_ending import erase_unneeded

PHONE = "+14155550123"


class PowerCutError(BaseException):
    """Ends everything at once."""


def wait_by_phone(shop: Shop, phone: str = PHONE) -> None:
    shop.ask(email="", phone=phone)
    shop.confirm(phone, "sms")
    shop.do("delete from ops.outbox")


def tell(shop: Shop, moment: datetime | None = None) -> Any:
    shop.stock(9)
    announce_restocks(shop.settings, as_of_date=now().date(), now=moment or now())
    return deliver_outbox(shop.settings, now=moment or now())


@pytest.mark.parametrize(
    ("phone", "moment", "leaves"),
    [
        ("+14155550123", "2026-01-05T12:00", "2026-01-05T16:00"),  # four in the morning in California
        ("+14155550123", "2026-01-05T20:00", "2026-01-05T20:00"),
        ("+442079460000", "2026-07-05T21:30", "2026-07-06T07:00"),  # London in summer
        ("+4930901820", "2026-01-05T06:59", "2026-01-05T07:00"),
        (
            "+447700900123",
            "2026-01-05T22:00",
            "2026-01-06T08:00",
        ),  # a number that tells nothing lives in the shop's zone
    ],
)
def test_nobody_is_texted_at_night_where_they_live(phone: str, moment: str, leaves: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    found = leaves_at(phone, quiet_hours="21-8", home_zone="Europe/London", now=at)
    assert found == datetime.fromisoformat(leaves).replace(tzinfo=UTC)


def test_hours_that_are_none_are_refused() -> None:
    with pytest.raises(SettingsError, match="STOCKROOM_SMS_QUIET_HOURS"):
        leaves_at(PHONE, quiet_hours="9pm-8am", home_zone="Europe/London", now=now())


def test_a_text_waits_for_the_morning_and_then_leaves_once(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(sms_quiet_hours="21-8")
    wait_by_phone(shop)
    night, day = datetime(2036, 1, 5, 12, tzinfo=UTC), datetime(2036, 1, 5, 16, tzinfo=UTC)
    assert str(tell(shop, night)) == "1 texts wait for the morning"
    assert shop.rows("select not_before from ops.outbox") == [(day,)]
    shop.do("update ops.outbox set not_before = now()")
    assert len(deliver_outbox(shop.settings, now=day).texts) == 1
    assert len(deliver_outbox(shop.settings, now=day).texts) == 0


def test_a_text_that_waits_for_the_morning_is_not_sent_once_it_has_sold_out(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(sms_quiet_hours="21-8")
    wait_by_phone(shop)
    tell(shop, datetime(2036, 1, 5, 12, tzinfo=UTC))
    shop.stock(0)
    shop.do("update ops.outbox set not_before = now()")
    assert deliver_outbox(shop.settings, now=datetime(2036, 1, 5, 16, tzinfo=UTC)).sold_out == 1
    assert shop.states() == ["active"]


def test_a_text_that_is_withdrawn_leaves_the_units_to_whoever_was_told_by_mail(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(sms_quiet_hours="21-8")
    night, day = datetime(2036, 1, 5, 12, tzinfo=UTC), datetime(2036, 1, 5, 16, tzinfo=UTC)
    shop.ask(phone=PHONE)
    shop.ask(email="bob@mail.example")
    shop.do("update ops.restock_request_contacts set confirmed_at = now()")
    shop.do("update ops.restock_requests set state = 'active'")
    shop.do("delete from ops.outbox")
    shop.stock(1)
    announce_restocks(shop.settings, as_of_date=now().date(), now=night)
    assert len(deliver_outbox(shop.settings, now=night).mails) == 1
    shop.stock(0)
    shop.do("update ops.outbox set not_before = now() where state = 'pending'")
    assert deliver_outbox(shop.settings, now=day).sold_out == 1
    assert shop.states() == ["sent", "active"]
    shop.stock(1)
    assert announce_restocks(shop.settings, as_of_date=now().date(), now=day).told == 0, "it is for the first of them"


def test_a_long_title_leaves_room_for_the_way_to_stop() -> None:
    words = restock_text(language_of("en"), shop="Gifts", title="Lantern " * 30, url="http://x.example")
    assert words.endswith("… is back. http://x.example Reply STOP to end, HELP for help.")
    assert len(words) < 160


def test_what_keeps_one_question_back_does_not_end_the_sending_of_all_others(
    open_shop: Any, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop = open_shop(sms_quiet_hours="9pm-8am")
    with TestClient(storefront(shop.settings)):
        shop.ask(email="", phone=PHONE)
        wait_until(lambda: "STOCKROOM_SMS_QUIET_HOURS='9pm-8am'" in caplog.text)
        shop.ask(email="ada@mail.example")
        wait_until(lambda: shop.rows("select 1 from ops.outbox where kind = 'confirm_mail' and state = 'sent'"))
    assert PHONE not in caplog.text


def wait_until(holds: Callable[[], object]) -> None:
    for _ in range(50):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("it did not happen within five seconds")


@pytest.fixture
def sns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"}
    connection = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": given}
    monkeypatch.setenv("AIRFLOW_CONN_SHOPPERS", json.dumps(connection))
    yield
    server.stop()


@pytest.mark.usefixtures("sns")
def test_amazon_takes_a_text_through_the_providers_connection(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(sms_sender="sns:shoppers")
    wait_by_phone(shop)
    assert len(tell(shop).texts) == 1
    assert shop.rows("select state, path from ops.outbox") == [("sent", "sns:shoppers")]
    assert shop.states() == ["sent"]
    assert len(tell(shop).texts) == 0


@pytest.mark.usefixtures("sns")
def test_what_amazon_refuses_is_put_before_a_person_and_tried_again(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(sms_sender="sns:shoppers")
    wait_by_phone(shop)
    shop.do("update pii.shoppers set phone = 'no number'")
    assert len(tell(shop).failed) == 1
    ((detail,),) = shop.rows("select detail from ops.exceptions")
    assert detail == "Amazon SNS refused it: InvalidParameter"
    assert shop.states() == ["failed"]
    shop.do("update pii.shoppers set phone = %s", PHONE)
    assert len(deliver_outbox(shop.settings, now=now()).texts) == 1
    assert shop.states() == ["sent"]


def test_a_text_whose_handing_over_was_cut_off_is_never_handed_over_again(
    open_shop: Any, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(sms_sender="sns:shoppers")
    wait_by_phone(shop)
    handed = []

    def dies(message: texts.TextMessage, **_given: Any) -> None:
        handed.append(message)
        raise PowerCutError

    monkeypatch.setattr("stockroom.jobs.deliver_outbox.send_text", dies)
    with pytest.raises(PowerCutError):
        tell(shop)
    deliver_outbox(shop.settings, now=now())
    shop.do("update ops.outbox set sent_at = now() - interval '1 hour'")
    deliver_outbox(shop.settings, now=now())
    assert len(handed) == 1
    ((detail,),) = shop.rows("select detail from ops.exceptions")
    assert "it may have left or not" in detail
    for days, erased in ((29, 0), (31, 1)):
        with connect(shop.settings.warehouse_url) as connection:
            assert erase_unneeded(connection, now=now() + timedelta(days=days)) == erased
