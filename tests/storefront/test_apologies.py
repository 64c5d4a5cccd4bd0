"""Who waited in vain is told so once, with what could please instead, and may wait on; then the address goes."""

from __future__ import annotations

import re
from datetime import date, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default

from tests.storefront.conftest import SHOP, Shop, now

from stockroom.jobs.announce_restocks import AnnounceSummary, announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.pause_notices import pause_notices
from stockroom.jobs.shopper_links import VISIT

ADA, BOB = "ada@mail.example", "bob@mail.example"
OLD_ENOUGH, MUCH_TOO_OLD = 92, 122
"""Days; one more than is asked, as 90 of them before a midnight may hold the end of summer time."""


def wait(shop: Shop, email: str, *, days: int, sku: str = "A") -> None:
    """Put a shopper in line who has waited for so many days."""
    shop.ask(email=email, sku=sku)
    shop.confirm(email)
    shop.do(
        "update ops.restock_requests set requested_at = requested_at - %s where sku = %s", timedelta(days=days), sku
    )


def copy_request(shop: Shop, sku: str) -> None:
    """Let the only shopper wait for another product as well, or once more for the same."""
    shop.do(
        """
        with asked as (
            insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)
            select %s || request_id, shopper_id, %s, quantity, requested_at, state from ops.restock_requests
            order by length(request_id) limit 1
            returning request_id, shopper_id
        )
        insert into ops.restock_request_contacts (request_id, medium, shopper_id, confirmed_at)
        select request_id, 'email', shopper_id, now() from asked
        """,
        sku,
        sku,
    )


def announce(shop: Shop) -> AnnounceSummary:
    summary = announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    deliver_outbox(shop.settings, now=now())
    return summary


def apologies(shop: Shop) -> list[Message]:
    files = (shop.settings.outbox_dir / "mail").glob("*.eml")
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in files]
    return [mail for mail in mails if str(mail["Subject"]).startswith("We are sorry")]


def body(mail: Message, kind: str) -> str:
    (part,) = (part for part in mail.walk() if part.get_content_type() == kind)
    return str(part.get_content())


def test_after_90_days_the_shopper_reads_of_three_others_that_are_in_stock(shop: Shop) -> None:
    shown = {
        "B": ("Blue <lantern>", "4.00"),
        "C": ("Cheap lantern", "3.00"),
        "D": ("Dear lantern", "40.00"),
        "E": ("Elm lantern", "3.75"),
        "F": ("Far lantern", "9.00"),
    }
    for sku, (title, price) in shown.items():
        shop.product(sku, title, price)
        shop.stock(0 if sku == "E" else 2, sku)
    wait(shop, ADA, days=OLD_ENOUGH)
    wait(shop, BOB, days=0)
    summary = announce(shop)
    assert (summary.ended, summary.apologies) == (1, 1)
    (mail,) = apologies(shop)
    assert mail["To"] == ADA
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html, text = body(mail, "text/html"), body(mail, "text/plain")
    assert text.index("Blue <lantern>, £4.00: " + SHOP) < text.index("Cheap lantern") < text.index("Far lantern")
    assert "Blue &lt;lantern&gt;" in html
    assert "Elm" not in text, "it is out as well"
    assert "Dear" not in text, "three are enough"
    assert "http://testserver/go?token=" in text
    assert announce(shop).ended == 0
    assert len(apologies(shop)) == 1


def test_what_was_bought_with_it_stands_first_and_nothing_of_another_price_band(shop: Shop) -> None:
    for sku, price in {"B": "3.80", "C": "9.00", "D": "40.00", "E": "3.74", "F": "3.60"}.items():
        shop.product(sku, f"Lantern {sku}", price)
        shop.stock(2, sku)
    shop.do("create schema if not exists marts")
    shop.do(
        """
        create table marts.fct_order_lines as
        select 'shopify' as channel_id, number::text as order_id, sku, 'sale' as line_kind,
            current_date - 100 as ordered_date
        from generate_series(1, 10) as number
        cross join (values ('A'), ('C'), ('D'), ('A')) as bought (sku)
        """
    )
    shop.do("insert into marts.fct_order_lines select 'shopify', '1', 'F', 'sale', current_date")
    shop.do("grant usage on schema marts to stockroom_app; grant select on all tables in schema marts to stockroom_app")
    wait(shop, ADA, days=OLD_ENOUGH)
    announce(shop)
    (mail,) = apologies(shop)
    assert re.findall("- Lantern (.)", body(mail, "text/plain")) == ["C", "E", "B"], "D costs ten times as much"


def test_who_waits_on_is_back_in_the_old_place_for_another_90_days(shop: Shop) -> None:
    wait(shop, ADA, days=OLD_ENOUGH)
    announce(shop)
    page = shop.go(ADA)
    assert "Still sold out: Lantern" in page.text
    assert "you keep your place in line" in page.text
    assert shop.states() == ["expired"], "looking changes nothing"
    wait(shop, BOB, days=0)
    kept = shop.client.post("/go", params={"token": shop.token(VISIT, ADA)})
    assert "You are number 1 in line" in kept.text
    assert announce(shop).ended == 0, "89 days are left"
    shop.stock(1)
    assert announce(shop).told == 1
    assert shop.states() == ["sent", "active"]


def test_who_does_nothing_is_forgotten_after_two_weeks(shop: Shop) -> None:
    wait(shop, ADA, days=OLD_ENOUGH)
    announce(shop)
    link = {"token": shop.token(VISIT, ADA)}
    assert shop.rows("select count(*) from pii.shoppers") == [(1,)]
    shop.do("update ops.restock_requests set changed_at = changed_at - interval '15 days'")
    assert announce(shop).erased == 1
    assert shop.rows("select count(*) from pii.shoppers") == [(0,)]
    shop.client.post("/go", params=link)
    assert shop.states() == ["expired"], "there is nobody left to tell"


def test_what_nobody_makes_any_more_ends_at_once_and_offers_no_waiting(shop: Shop) -> None:
    shop.do("create schema if not exists marts")
    shop.do("create table marts.dim_skus as select 'A' as sku, true as is_discontinued, true as is_active")
    shop.do("create table marts.fct_stock_positions as select 'A' as sku, 0 as available_units, 4 as inbound_units")
    shop.do("grant usage on schema marts to stockroom_app; grant select on all tables in schema marts to stockroom_app")
    wait(shop, ADA, days=1)
    assert announce(shop).ended == 0, "four are on their way"
    shop.do("update marts.fct_stock_positions set inbound_units = 0")
    assert announce(shop).ended == 1
    (mail,) = apologies(shop)
    assert "is not made any more" in body(mail, "text/plain")
    assert "wait on here" not in body(mail, "text/plain")
    assert "Keep waiting" not in body(mail, "text/html")


def test_a_list_of_long_ago_makes_no_mails(shop: Shop) -> None:
    wait(shop, ADA, days=MUCH_TOO_OLD)
    summary = announce(shop)
    assert (summary.ended, summary.apologies) == (1, 0)
    assert not apologies(shop)


def test_one_shopper_gets_so_many_at_once_and_one_a_product(shop: Shop) -> None:
    wait(shop, ADA, days=OLD_ENOUGH)
    for sku in ("A", "B", "C", "D"):
        copy_request(shop, sku)
    summary = announce(shop)
    assert (summary.ended, summary.apologies) == (5, shop.settings.notices_a_day)


def test_paused_notices_pause_apologies_and_who_stopped_meanwhile_gets_none(shop: Shop) -> None:
    wait(shop, ADA, days=OLD_ENOUGH)
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    pause_notices(shop.settings, who="Alice")
    deliver_outbox(shop.settings, now=now())
    assert not apologies(shop)
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)})
    assert shop.states() == ["unsubscribed"]


def test_the_date_is_of_the_store(shop: Shop) -> None:
    wait(shop, ADA, days=OLD_ENOUGH)
    assert announce_restocks(shop.settings, as_of_date=date(2011, 6, 30), now=now()).ended == 0, (
        "then nobody had waited"
    )
