"""Who asked in German is written to in German, and every page behind a link is in the language of its reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from tests.storefront.conftest import Shop, form, land, now

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.consent_wordings import WORDINGS
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.shopper_links import CONFIRM, VISIT
from stockroom.settings import SettingsError
from stockroom.warehouse import connect
from stockroom.warehouse.restock_feedback import ask_for_help
from stockroom.warehouse.restock_requests import contact_sha256

ADA, BOB, PHONE = "ada@mail.example", "bob@mail.example", "+4915112345678"
GERMAN = {"locale": "de", "wording": WORDINGS["de"].version, "country": "DE"}


def ask_in_german(shop: Shop, **more: str) -> None:
    said = {**form(country="DE"), **GERMAN, **more}
    assert shop.client.post("/subscribe", json=said).status_code == 202


def mails(shop: Shop) -> Iterator[EmailMessage]:
    for path in sorted((shop.settings.outbox_dir / "mail").glob("*.eml")):
        yield message_from_bytes(path.read_bytes(), policy=default)


def tell(shop: Shop) -> None:
    shop.stock(5)
    announce_restocks(shop.settings, as_of_date=date(2026, 11, 22), now=now())
    deliver_outbox(shop.settings, now=now())


def test_question_notice_and_text_speak_the_language_of_the_form(shop: Shop) -> None:
    ask_in_german(shop, phone=PHONE)
    shop.ask(email=BOB)
    shop.deliver_questions()
    shop.confirm(ADA)
    shop.confirm(PHONE, "sms")
    shop.confirm(BOB)
    tell(shop)
    assert sorted((str(mail["To"]), str(mail["Subject"])) for mail in mails(shop)) == [
        (ADA, "Bitte bestätigen: Bescheid sagen zu Lantern"),
        (ADA, "Wieder da: Lantern"),
        (BOB, "Back in stock: Lantern"),
        (BOB, "Please confirm: tell me about Lantern"),
    ]
    texts = [json.loads(path.read_text())["words"] for path in (shop.settings.outbox_dir / "sms").glob("*.json")]
    assert sorted(words.partition("http")[0] for words in texts) == [
        "Sample Gifts Ltd: Bescheid per SMS, wenn Lantern wieder da ist? Bestätigen: ",
        "Sample Gifts Ltd: Lantern ist wieder da. ",
    ]
    (notice,) = (mail for mail in mails(shop) if mail["Subject"] == "Wieder da: Lantern")
    html = notice.get_body(("html",))
    assert html is not None
    assert '<html lang="de" dir="ltr">' in html.get_content()
    assert "3,75\N{NO-BREAK SPACE}£" in html.get_content()


def test_pages_behind_links_speak_the_language_of_the_request_whatever_the_browser_prefers(shop: Shop) -> None:
    ask_in_german(shop)
    browser = {"accept-language": "en"}
    token = {"token": shop.token(CONFIRM, ADA)}
    page = shop.client.get("/confirm", params=token, headers=browser).text
    assert '<html lang="de" dir="ltr">' in page
    assert "Ja, sagt mir Bescheid" in page
    assert "Sie stehen in der Reihe" in shop.client.post("/confirm", params=token, headers=browser).text
    place = shop.client.get("/place", params={"token": shop.token(VISIT, ADA)}, headers=browser).text
    assert "Sie sind Nummer 1 in der Reihe und warten als Einzige." in place
    end = {"token": shop.token("unsubscribe", ADA)}
    assert "Diese Mails abbestellen" in shop.client.get("/unsubscribe", params=end, headers=browser).text
    assert "Meine Adresse löschen" in shop.client.post("/unsubscribe", params=end, headers=browser).text


def test_a_link_that_nobody_signed_answers_in_the_language_of_the_browser(shop: Shop) -> None:
    for path in ("/unsubscribe", "/confirm", "/place", "/go"):
        assert '<html lang="de"' in shop.client.get(path, params={"token": "x"}, headers={"accept-language": "de"}).text
        assert '<html lang="en"' in shop.client.get(path, params={"token": "x"}).text
    assert "Hier gibt es nichts zu sehen" in shop.client.get("/", headers={"accept-language": "de-AT,de;q=0.9"}).text


def test_whoever_waited_in_vain_and_asks_for_help_is_answered_in_their_language(shop: Shop) -> None:
    ask_in_german(shop, phone=PHONE)
    shop.confirm(ADA)
    shop.do("delete from ops.outbox")
    shop.do("update ops.restock_requests set requested_at = requested_at - interval '92 days'")
    with connect(shop.settings.warehouse_url) as connection:
        ask_for_help(connection, contact_sha256(phone=PHONE))
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    deliver_outbox(shop.settings, now=now())
    assert [str(mail["Subject"]) for mail in mails(shop)] == ["Es tut uns leid: Lantern"]
    (text,) = (shop.settings.outbox_dir / "sms").glob("*.json")
    assert json.loads(text.read_text())["words"].endswith("Ende: STOP antworten.")


def test_a_merchants_words_are_what_shoppers_read_and_agree_to(open_shop: Callable[..., Shop], tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.mkdir()
    (words / "de.toml").write_text(
        '[consent]\nversion = "de-2027-shop"\nconsent = "Wir schreiben einmal."\n'
        '[restock_mail]\nsubject = "Juhu: {title}"'
    )
    shop = open_shop(shopper_words_dir=words)
    land(shop.warehouse, "shopify_locations", "web", {"fulfillsOnlineOrders": True})
    shop.product("A", "Lantern")
    assert "Wir schreiben einmal." in shop.client.get("/widget.js").text
    ask_in_german(shop, wording="de-2027-shop")
    ask_in_german(shop, email=BOB)  # from a page that a browser kept
    shop.confirm(ADA)
    tell(shop)
    assert "Juhu: Lantern" in [str(mail["Subject"]) for mail in mails(shop)]
    agreed = shop.rows("select wording_version from ops.restock_consents order by consent_id")
    assert agreed == [("de-2027-shop",), ("de-2026-11",)]


def test_words_that_cannot_be_used_stop_the_storefront_before_a_shopper_sees_it(
    open_shop: Callable[..., Shop], tmp_path: Path
) -> None:
    (tmp_path / "de.toml").write_text('[form]\nbuton = "Los"')
    with pytest.raises(SettingsError, match=r"de\.toml: form\.buton is no sentence of ours"):
        open_shop(shopper_words_dir=tmp_path)


def test_the_owner_of_an_address_has_it_deleted_without_saying_yes_first(shop: Shop) -> None:
    shop.ask(email=ADA)
    shop.ask(email=BOB)
    token = {"token": shop.token(CONFIRM, ADA)}
    assert "No, delete my address" in shop.client.get("/confirm", params=token).text
    assert len(shop.rows("select 1 from pii.shoppers")) == 2, "looking deletes nothing"
    for _ in range(2):
        said = shop.client.post("/confirm", params=token, data={"wish": "forget"}).text
        assert "If we had an address for this link, it is deleted" in said
    assert shop.rows("select email from pii.shoppers") == [(BOB,)]
    assert sorted(shop.states()) == ["erased", "pending"]
    shop.deliver_questions()
    assert [str(mail["To"]) for mail in mails(shop)] == [BOB], "nothing more is asked there"
    forged = shop.client.post("/confirm", params={"token": shop.token(VISIT, BOB)}, data={"wish": "forget"}).text
    assert forged == said
    assert sorted(shop.states()) == ["erased", "pending"]


def test_a_number_is_deleted_without_the_mail_address_beside_it(shop: Shop) -> None:
    shop.ask(email=ADA, phone="+447700900123")
    shop.confirm(ADA)
    shop.client.post("/confirm", params={"token": shop.token(CONFIRM, ADA, "sms")}, data={"wish": "forget"})
    assert shop.rows("select email, phone from pii.shoppers") == [(ADA, None)]
    assert shop.states() == ["active"]
