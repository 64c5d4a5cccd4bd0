"""Somebody asks on a page, the owner of the address says yes, and only then is anybody in line."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.storefront.conftest import SECRET, SHOP, Shop, form, listing_token, now

from stockroom.delivery.signed_tokens import sign
from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.consent_wordings import EARLIER, WORDINGS
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.warehouse import connect
from stockroom.warehouse.restock_ending import erase_unneeded, expire_unconfirmed
from stockroom.warehouse.restock_requests import contact_sha256
from stockroom.warehouse.suppressions import suppress

ADA, BOB = "ada@mail.example", "bob@mail.example"
PHONE = "+447700900123"
AS_OF, LONG_AGO = date(2026, 11, 22), datetime(2000, 1, 1, tzinfo=UTC)


def test_who_asks_is_in_line_once_the_owner_of_the_address_has_said_yes(shop: Shop) -> None:
    assert shop.ask(email="Ada@Mail.example").status_code == 202
    assert shop.states() == ["pending"]
    assert str(shop.deliver_questions()) == "1 address asked to confirm"
    (mail,) = (shop.settings.outbox_dir / "mail").iterdir()
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    assert (message["To"], message["Subject"]) == (ADA, "Please confirm: tell me about Lantern")
    assert mail.stat().st_mode & 0o077 == 0
    (link,) = re.findall(r"http://testserver(/confirm\?token=\S+)", message.get_body(("plain",)).get_content())
    assert "Yes, tell me" in shop.client.get(link).text
    assert shop.states() == ["pending"], "a mail program that fetches the link confirms nothing"
    page = shop.client.post(link)
    assert shop.states() == ["active"]
    (place,) = re.findall(r'href="(place\?token=[^"]+)"', page.text)
    assert "You are number 1 in line, and the only one who waits." in shop.client.get(f"/{place}").text


def test_the_plain_form_does_what_the_script_does(shop: Shop) -> None:
    page = shop.client.get("/notify", params={"sku": "A", "country": "GB", "token": listing_token("A")})
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page.text))
    assert fields.pop("marketing") == "yes"
    assert "checked" not in page.text
    fields |= {"email": ADA, "page": f"{SHOP}/products/lantern"}
    answer = shop.client.post("/subscribe", data=fields, headers={"Origin": "http://testserver"})
    assert answer.status_code == 200
    assert "look into your mail" in answer.text
    assert f'href="{SHOP}/products/lantern"' in answer.text
    assert shop.states() == ["pending"]


def test_a_mistake_is_said_beside_the_field_and_what_was_typed_stays(shop: Shop) -> None:
    answer = shop.client.post("/subscribe", data=form(email="ada at mail", phone="07700 900123"))
    assert answer.status_code == 422
    assert 'value="ada at mail"' in answer.text
    assert 'value="07700 900123"' in answer.text
    assert 'aria-invalid="true" aria-describedby="problem"' in answer.text
    assert shop.ask(quantity="0").json()["field"] == "quantity"
    assert shop.ask(email="", phone="").json()["field"] == "email"
    assert shop.states() == []


def test_a_german_form_says_in_german_what_to_mend_and_that_it_was_taken(shop: Shop) -> None:
    german = form(locale="de", wording=WORDINGS["de"].version)
    assert "Bitte prüfen Sie die Mobilnummer" in shop.client.post("/subscribe", data={**german, "phone": "12"}).text
    taken = shop.client.post("/subscribe", data=german).text
    assert "<h1>Fast geschafft</h1>" in taken
    assert "Zurück zum Shop</a>" in taken


def test_a_domain_with_letters_of_its_language_is_written_as_mail_writes_it(shop: Shop) -> None:
    assert shop.ask(email="ada@b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example").status_code == 202
    assert shop.rows("select email from pii.shoppers") == [("ada@xn--bcher-kva.example",)]


@pytest.mark.parametrize("number", ["+44 909 879 0000", "0843 658 1234"])
def test_a_number_that_earns_by_each_text_cannot_ask(shop: Shop, number: str) -> None:
    assert shop.ask(email="", phone=number).json()["field"] == "phone"
    assert shop.states() == []


def test_the_proof_of_consent_says_what_was_agreed_where_and_when_and_holds_no_address(shop: Shop) -> None:
    shop.ask(marketing="yes")
    query = """
        select wording_version, wording_locale, country, source_page, wants_marketing, is_double_opt_in,
            given_at > now() - interval '1 minute'
        from ops.restock_consents
    """
    page = f"{SHOP}/products/lantern"
    assert shop.rows(query) == [("en-2026-11", "en", "GB", page, True, True, True)]


def test_a_text_that_was_shown_keeps_its_version_and_changed_words_get_a_new_one() -> None:
    shown = {one.version: f"{one.consent}|{one.marketing}" for one in (*WORDINGS.values(), *EARLIER)}
    assert {version: hashlib.sha256(text.encode()).hexdigest()[:12] for version, text in shown.items()} == {
        "en-2026-11": "50fb3d782028",
        "de-2026-11": "201e12189744",
    }, "give changed words a new version, move the old ones to EARLIER, and add a line here"


def test_what_a_page_showed_that_a_browser_kept_is_what_was_agreed_to(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stockroom.jobs.subscribe.EARLIER", (replace(WORDINGS["en"], version="en-2025-01"),))
    assert shop.ask(wording="en-2025-01").status_code == 202
    assert shop.rows("select wording_version from ops.restock_consents") == [("en-2025-01",)]
    assert shop.ask(wording="en-2025-01", locale="de").status_code == 422
    assert shop.ask(wording="en-1999-01").status_code == 422


def test_nobody_else_agrees_to_anything_for_who_waits(shop: Shop) -> None:
    shop.ask()
    shop.confirm(ADA)
    shop.ask(marketing="yes")  # somebody who knows Ada's address
    assert shop.rows("select wants_marketing from ops.restock_consents") == [(False,)]


def test_asking_again_is_the_same_request_and_writes_no_second_mail_at_once(shop: Shop) -> None:
    for quantity in ("1", "3"):
        shop.ask(quantity=quantity)
    assert shop.rows("select state, quantity from ops.restock_requests") == [("pending", 3)]
    assert shop.rows("select count(*) from ops.outbox") == [(1,)]
    shop.confirm(ADA)
    shop.ask(quantity="9")
    assert shop.rows("select state, quantity from ops.restock_requests") == [("active", 3)], "anybody may have asked"


def test_a_phone_is_asked_for_itself_and_each_owner_says_yes_alone(shop: Shop) -> None:
    shop.ask(email=ADA, phone="07700 900123")
    assert str(shop.deliver_questions()) == "1 address asked to confirm, 1 number asked to confirm"
    (text,) = (shop.settings.outbox_dir / "sms").iterdir()
    assert PHONE in text.read_text()
    assert "/confirm?token=" in text.read_text()
    shop.confirm(PHONE, "sms")
    query = "select medium, confirmed_at is not null from ops.restock_request_contacts order by 1"
    assert shop.rows(query) == [("email", False), ("sms", True)]
    shop.stock(1)
    announce_restocks(shop.settings, as_of_date=AS_OF, now=now())
    summary = deliver_outbox(shop.settings, now=now())
    assert (len(summary.texts), len(summary.mails)) == (1, 0), "the owner of the mailbox has not said yes"


def test_what_another_typed_beside_their_own_phone_takes_nothing_from_its_owner(shop: Shop) -> None:
    shop.ask(email=ADA)
    shop.confirm(ADA)
    shop.ask(email=ADA, phone=PHONE)  # somebody else's phone with Ada's mailbox
    shop.confirm(PHONE, "sms")
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", PHONE)})
    assert sorted(shop.states()) == ["active", "unsubscribed"]
    shop.stock(1)
    announce_restocks(shop.settings, as_of_date=AS_OF, now=now())
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 1


def test_where_one_opt_in_is_enough_nobody_is_asked(open_shop: Any) -> None:
    shop = open_shop(storefront_single_opt_in=("US",))
    shop.ask(country="US")
    shop.ask(email=BOB)
    assert sorted(shop.states()) == ["active", "pending"]
    assert shop.rows("select count(*) from ops.outbox") == [(1,)]


def test_where_one_opt_in_is_enough_who_was_unsubscribed_is_asked_all_the_same(open_shop: Any) -> None:
    shop = open_shop(storefront_single_opt_in=("US",))
    shop.ask(country="US")
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)})
    shop.ask(country="US")
    assert shop.states() == ["unsubscribed", "pending"]
    assert str(shop.deliver_questions()) == "1 address asked to confirm"
    ((request_id,),) = shop.rows("select request_id from ops.restock_requests where state = 'pending'")
    shop.client.post("/confirm", params={"token": sign(f"email:{request_id}", purpose="confirm", secret=SECRET)})
    assert shop.states() == ["unsubscribed", "active"]
    assert shop.rows("select 1 from pii.suppressions") == []


def test_an_address_is_asked_only_so_often_a_day_for_whatever_products(shop: Shop) -> None:
    for number in range(9):
        shop.ask(sku=f"A{number}")
    assert shop.rows("select count(*) from ops.outbox") == [(5,)]


def test_an_address_is_asked_only_so_often_a_day_for_one_product_as_well(shop: Shop) -> None:
    for _ in range(6):
        shop.ask()
        shop.do("update ops.restock_request_contacts set asked_at = asked_at - interval '11 minutes'")
        shop.do(
            "update ops.outbox set created_at = created_at - interval '11 minutes', message_key = message_key || '-'"
        )
    assert shop.rows("select count(*) from ops.outbox") == [(5,)]


def test_what_nobody_confirms_ends_and_its_address_is_deleted(shop: Shop) -> None:
    shop.ask()
    shop.ask(email=BOB)
    shop.confirm(BOB)
    shop.do("update ops.restock_requests set requested_at = requested_at - interval '49 hours'")
    with connect(shop.settings.warehouse_url) as connection:
        expire_unconfirmed(connection, now=now())
    assert sorted(shop.states()) == ["active", "expired"]
    with connect(shop.settings.warehouse_url) as connection:
        assert erase_unneeded(connection, now=now()) == 1
    assert shop.rows("select email from pii.shoppers") == [(BOB,)]
    assert len(shop.states()) == 2, "how many asked is still known"


def test_who_says_yes_too_late_reads_that_they_are_not_in_line(shop: Shop) -> None:
    shop.ask()
    shop.do("update ops.restock_requests set requested_at = requested_at - interval '49 hours'")
    with connect(shop.settings.warehouse_url) as connection:
        expire_unconfirmed(connection, now=now())
    late = shop.confirm(ADA)
    assert shop.states() == ["expired"]
    assert "You are in line" not in late.text
    assert "You can ask again in the shop." in late.text


@pytest.mark.parametrize("reason", ["bounce", "complaint", "stop"])
def test_a_suppressed_address_is_not_even_asked_and_its_asker_sees_no_difference(shop: Shop, reason: str) -> None:
    with connect(shop.settings.warehouse_url) as connection:
        suppress(connection, [contact_sha256(email=ADA)], reason=reason)
    known, unknown = shop.ask(email=ADA), shop.ask(email=BOB)
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert str(shop.deliver_questions()) == "1 address asked to confirm"


def test_a_fresh_yes_takes_back_unsubscribing(shop: Shop) -> None:
    shop.ask()
    shop.confirm(ADA)
    token = shop.token("unsubscribe", ADA)
    shop.client.post("/unsubscribe", params={"token": token}, data={"wish": "everything"})
    assert shop.rows("select covers, reason from pii.suppressions") == [("everything", "unsubscribed")]
    shop.ask()
    assert str(shop.deliver_questions()) == "1 address asked to confirm"
    (request_id,) = shop.rows("select request_id from ops.restock_requests where state = 'pending'")[0]
    shop.client.post("/confirm", params={"token": sign(f"email:{request_id}", purpose="confirm", secret=SECRET)})
    assert shop.rows("select 1 from pii.suppressions") == []


def test_a_fresh_yes_does_not_take_back_a_complaint(shop: Shop) -> None:
    shop.ask()
    with connect(shop.settings.warehouse_url) as connection:
        suppress(connection, [contact_sha256(email=ADA)], reason="complaint")
    shop.confirm(ADA)
    assert shop.rows("select reason from pii.suppressions") == [("complaint",)]


def test_who_is_forgotten_ends_also_where_another_address_never_said_yes(shop: Shop) -> None:
    shop.ask(phone=PHONE)
    shop.confirm(ADA)
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)}, data={"wish": "forget"})
    assert shop.states() == ["erased"]


def test_a_shopper_can_take_back_stopping_and_be_forgotten(shop: Shop) -> None:
    shop.ask()
    shop.confirm(ADA)
    link = {"token": shop.token("unsubscribe", ADA)}
    assert "Undo" in shop.client.post("/unsubscribe", params=link).text
    shop.client.post("/unsubscribe", params=link, data={"wish": "undo"})
    assert shop.states() == ["active"]
    shop.client.post("/unsubscribe", params=link, data={"wish": "forget"})
    assert shop.states() == ["erased"]
    assert shop.rows("select 1 from pii.shoppers") == []
    shop.client.post("/unsubscribe", params=link, data={"wish": "undo"})
    assert shop.states() == ["erased"]


def test_who_stops_everything_reads_that_everything_stopped(shop: Shop) -> None:
    shop.ask()
    shop.confirm(ADA)
    link = {"token": shop.token("unsubscribe", ADA)}
    page = shop.client.post("/unsubscribe", params=link, data={"wish": "everything"})
    assert "nothing is sent to it about any product any more." in page.text
    assert 'value="everything"' not in page.text, "it is done"
    assert 'value="forget"' in page.text


def test_an_address_is_kept_a_day_after_unsubscribing_and_thirty_after_its_notice(shop: Shop) -> None:
    for address in (ADA, BOB):
        shop.ask(email=address)
        shop.confirm(address)
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)})
    shop.stock(1)
    announce_restocks(shop.settings, as_of_date=AS_OF, now=now())
    deliver_outbox(shop.settings, now=now())
    kept = {}
    for days in (0, 2, 29, 31):
        with connect(shop.settings.warehouse_url) as connection:
            erase_unneeded(connection, now=now() + timedelta(days=days))
        kept[days] = len(shop.rows("select 1 from pii.shoppers"))
    assert kept == {0: 2, 2: 1, 29: 1, 31: 0}
    assert len(shop.states()) == 2, "how many asked is still known"


def test_every_change_has_its_reason(shop: Shop) -> None:
    shop.ask()
    shop.confirm(ADA)
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)})
    events = "select from_state, to_state, reason from ops.restock_request_events order by event_id"
    assert shop.rows(events) == [
        (None, "pending", "asked on a page"),
        ("pending", "active", "the owner of the address confirmed it"),
        ("active", "unsubscribed", "unsubscribed by link"),
    ]


def test_no_request_makes_a_move_that_is_none(shop: Shop) -> None:
    shop.ask()
    with pytest.raises(psycopg.errors.CheckViolation, match="from pending to sent"):
        shop.do("update ops.restock_requests set state = 'sent'")
