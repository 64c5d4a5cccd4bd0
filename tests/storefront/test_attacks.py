"""Well over a thousand attempts to learn who asked, to ask for others, to stop others, and to smuggle something in."""

from __future__ import annotations

import email
import email.policy
import re
import statistics
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.storefront.conftest import SECRET, Shop, form, listing_token, now

from stockroom.delivery.signed_tokens import sign, subject_of
from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.shopper_links import CONFIRM, VISIT
from stockroom.jobs.subscribe import ForeignListingError, UnusableAskError, read_ask

ADA = "ada@mail.example"
PURPOSES = (CONFIRM, VISIT, "unsubscribe")
SHARED = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def waiting_ada(shop: Shop) -> None:
    shop.ask(email=ADA)
    shop.confirm(ADA)


def the_world(shop: Shop) -> list[Any]:
    return shop.rows("""
        select 'asked' as what, to_jsonb(r) - 'updated_at' as it from ops.restock_requests as r
        union all select 'shopper', to_jsonb(s) from pii.shoppers as s
        union all select 'suppressed', to_jsonb(s) from pii.suppressions as s
        union all select 'message', to_jsonb(o) from ops.outbox as o
        order by 1, 2
    """)


@pytest.fixture
def while_ada_waits(shop: Shop) -> tuple[Shop, list[Any]]:
    """Return a shop in which one shopper waits, and everything that is known of it."""
    waiting_ada(shop)
    return shop, the_world(shop)


# Learning who asked


def test_the_answer_is_the_same_whether_an_address_is_known_or_not(shop: Shop) -> None:
    waiting_ada(shop)
    known, unknown = shop.ask(email=ADA), shop.ask(email="nobody@mail.example")
    assert (known.status_code, known.text, dict(known.headers)) == (
        unknown.status_code,
        unknown.text,
        dict(unknown.headers),
    )
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)})
    assert shop.ask(email=ADA).text == unknown.text


def test_the_answer_takes_as_long_whether_an_address_is_known_or_not(shop: Shop) -> None:
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(20):
        shop.ask(email=f"known{number}@mail.example")
    for number in range(200):
        kind = ("known", "unknown")[number % 2]
        address = f"known{number // 2 % 20}@mail.example" if kind == "known" else f"new{number}@mail.example"
        start = time.perf_counter()
        assert shop.ask(email=address, sku=f"K{number // 40}").status_code == 202
        took[kind].append(time.perf_counter() - start)
    known, unknown = (statistics.median(took[kind]) for kind in ("known", "unknown"))
    assert 1 / 3 < known / unknown < 3, "one class of time: no step is left out for either"


@SHARED
@given(token=st.text(max_size=420) | st.binary(max_size=60).map(lambda raw: raw.hex()))
def test_no_made_up_token_says_or_changes_anything(while_ada_waits: tuple[Shop, list[Any]], token: str) -> None:
    shop, before = while_ada_waits
    for purpose in PURPOSES:
        assert subject_of(token, purpose=purpose, secret=SECRET) is None
    nothing = shop.client.get("/place", params={"token": "x"})
    answers = [shop.client.get(path, params={"token": token[:400]}) for path in ("/place", "/go")]
    assert {(one.status_code, one.text) for one in answers} == {(nothing.status_code, nothing.text)}
    for path in ("/unsubscribe", "/confirm", "/go"):
        assert shop.client.post(path, params={"token": token[:400]}, data={"wish": "forget"}).status_code == 200
    assert the_world(shop) == before


def test_a_token_for_one_thing_is_none_for_another(shop: Shop) -> None:
    waiting_ada(shop)
    request_id = shop.request_of(ADA)
    before = the_world(shop)
    visit = sign(request_id, purpose=VISIT, secret=SECRET)
    shop.client.post("/unsubscribe", params={"token": visit})
    shop.client.post("/confirm", params={"token": sign(f"email:{request_id}", purpose=VISIT, secret=SECRET)})
    assert the_world(shop) == before


@pytest.mark.parametrize("sku", ["A", "B", "a", "%", "A ", "ä", "A'--", "\N{FULLWIDTH LATIN CAPITAL LETTER A}"])
def test_without_the_shops_signature_no_product_can_be_asked_for_or_even_guessed(shop: Shop, sku: str) -> None:
    before = the_world(shop)
    tokens = ["", "0" * 64, listing_token(sku, key="another key, as long"), listing_token("B" if sku != "B" else "A")]
    answers = {shop.client.post("/subscribe", json=form(sku=sku, token=token)).text for token in tokens}
    assert len(answers) == 1, "a product that exists is refused like one that does not"
    assert the_world(shop) == before
    assert shop.client.post("/subscribe", json=form(country="US", token=listing_token("A", "GB"))).status_code == 403


# Asking for others, in bulk


def test_who_types_a_thousand_addresses_puts_nobody_in_line_and_is_soon_stopped(open_shop: Any) -> None:
    shop = open_shop(storefront_asks_a_minute=12)
    codes = [shop.ask(email=f"victim{number}@mail.example").status_code for number in range(1_000)]
    taken = codes.count(202)
    assert 12 <= taken <= 30, "12 at once, and one more every five seconds"
    assert codes.count(429) == 1_000 - taken
    assert set(shop.states()) == {"pending"}
    shop.stock(1_000)
    assert announce_restocks(shop.settings, as_of_date=now().date(), now=now()).told == 0
    assert len(deliver_outbox(shop.settings, now=now()).left["confirm_mail"]) == taken


def test_one_address_typed_two_hundred_times_is_written_to_a_few_times(shop: Shop) -> None:
    answers = {shop.ask(sku=f"P{number}").text for number in range(200)}
    assert len(answers) == 1, "whoever types sees no difference"
    assert shop.rows("select count(*) from ops.outbox") == [(5,)]


@pytest.mark.parametrize("spelling", ["ada+{}@mail.example", "a.da+{}@gmail.com", "Ada+{}@Mail.Example"])
def test_one_mailbox_spelled_in_fifty_ways_is_written_to_a_few_times(shop: Shop, spelling: str) -> None:
    answers = {shop.ask(email=spelling.format(number)).text for number in range(50)}
    assert len(answers) == 1
    assert shop.rows("select count(*) from ops.outbox") == [(6,)]


def test_a_machine_that_fills_every_field_is_thanked_and_forgotten(shop: Shop) -> None:
    trapped = shop.ask(website="https://spam.example")
    assert trapped.status_code == 202
    assert trapped.text == shop.ask(email="b@mail.example").text
    assert [row[1:2] for row in shop.rows("select 1, email from pii.shoppers")] == [("b@mail.example",)]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://shop.example", "https://shop.example.evil"])
def test_a_foreign_page_cannot_send_its_visitors_forms(shop: Shop, origin: str) -> None:
    assert shop.client.post("/subscribe", json=form(), headers={"Origin": origin}).status_code == 403
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in shop.client.options("/subscribe", headers=preflight).headers
    assert shop.states() == []


def test_the_shops_own_pages_may_ask_from_a_script_and_send_no_cookies(shop: Shop) -> None:
    origin = {"Origin": "https://shop.example"}
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = shop.client.options("/subscribe", headers={**origin, **wanted})
    assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-credentials" not in preflight.headers
    assert shop.client.post("/subscribe", json=form(), headers=origin).status_code == 202


def test_the_body_is_bounded_and_only_a_form_is_read(shop: Shop) -> None:
    assert shop.client.post("/subscribe", content=b"x" * 9_000).status_code == 413
    assert shop.client.post("/subscribe", content=(b"x" * 5_000 for _ in range(9))).status_code == 413
    for kind, body in (
        ("text/plain", b"email=a%40b.example"),
        ("application/json", b"[1]"),
        ("application/json", b'{"email": ["a@b.example"]}'),
        ("application/json", b"{" * 4_000),
        ("application/x-www-form-urlencoded", b"a=1&a=2"),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(30))),
        ("multipart/form-data; boundary=x", b"--x--"),
    ):
        answer = shop.client.post("/subscribe", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 415, (kind, body[:20])
    assert shop.states() == []


# Stopping others by fetching links


def test_fetching_every_link_a_hundred_times_changes_nothing(shop: Shop) -> None:
    shop.ask(email=ADA)
    links = [("/confirm", shop.token(CONFIRM, ADA)), ("/unsubscribe", shop.token("unsubscribe", ADA))]
    links += [("/place", shop.token(VISIT, ADA)), ("/go", shop.token(VISIT, ADA))]
    before = the_world(shop)
    for path, token in links:
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            for _ in range(20):
                shop.client.request(method, path, params={"token": token, "wish": "forget"}, follow_redirects=False)
    assert the_world(shop) == before


def test_fetching_the_address_of_a_mail_service_stops_nobody_and_guessing_its_secret_is_refused(open_shop: Any) -> None:
    secret = "a secret that both sides know"
    shop = open_shop(channel_values={"omnisend_feedback_secret": secret, "webhook_feedback_secret": secret})
    waiting_ada(shop)
    before = the_world(shop)
    said = {"kind": "unsubscribed", "email": ADA}
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        for path in (f"/feedback/omnisend/{secret}", "/feedback/webhook"):
            shop.client.request(method, path, params=said)
    for guess in (secret[:-1], secret.upper(), f"{secret}0", "..", "%00", *(f"{number:032x}" for number in range(50))):
        assert shop.client.post(f"/feedback/omnisend/{guess}", json=said).status_code in (401, 404)
        signed = {"X-Stockroom-Signature": f"sha256={guess}", "X-Stockroom-Timestamp": guess}
        assert shop.client.post("/feedback/webhook", json=said, headers=signed).status_code == 401
    assert the_world(shop) == before


# Smuggling headers, markup and links

NASTY = st.sampled_from(
    [
        "\r\nBcc: x@evil.example",
        "\nSubject: hi",
        "\x00",
        "=?utf-8?q?=0ABcc:_x=40evil.example?=",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "https://evil.example/login",
        "{{ 7 * 7 }}",
        "%0d%0aBcc:x@evil.example",
        "\u2028",
        "\u202e",
        ",x@evil.example",
        " x@evil.example",
        ";x@evil.example",
        "' or 1=1 --",
    ]
)
FIELDS = st.sampled_from(["email", "phone", "sku", "quantity", "locale", "wording", "page", "country", "token"])


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=FIELDS, nasty=NASTY | st.text(max_size=60), at_end=st.booleans())
def test_nothing_typed_reaches_a_header_a_page_or_a_link(shop: Shop, field: str, nasty: str, at_end: bool) -> None:
    good = form()
    typed = {**good, field: good.get(field, "") + nasty if at_end else nasty + good.get(field, "")}
    try:
        ask = read_ask(shop.settings, typed)
    except (ForeignListingError, UnusableAskError):
        pass
    else:
        assert ask.sku == "A"
        assert ask.email is None or re.fullmatch(r"[^\s,;<>\"\x00-\x1f\x7f-\uffff]+@[a-z0-9.-]+", ask.email)
        assert ask.phone is None or re.fullmatch(r"\+[0-9]{6,15}", ask.phone)
        assert not re.search(r"[\s<>\"?#\x00-\x1f\x7f-\uffff]", ask.source_page)
    page = shop.client.post("/subscribe", data=typed)
    assert page.status_code in (200, 403, 415, 422)
    assert "<script" not in page.text
    assert "onerror=alert(1)>" not in page.text.replace("&gt;", "")
    for link in re.findall(r'(?:href|src|action)="([^"]*)"', page.text):
        assert link in ("style.css", "subscribe") or link.startswith("https://shop.example/")


@pytest.mark.parametrize("title", ["Lantern\r\nBcc: x@evil.example", "=?utf-8?q?a?=", "Lan\u202etern"])
def test_a_title_that_could_forge_a_header_stops_the_mail_and_is_put_before_a_person(shop: Shop, title: str) -> None:
    shop.product("A", title)
    shop.ask()
    assert len(shop.deliver_questions().failed) == 1
    assert not (shop.settings.outbox_dir / "mail").exists()
    ((detail,),) = shop.rows("select detail from ops.exceptions where kind = 'undelivered'")
    assert "correct it in the catalogue" in detail
    assert ADA not in detail


def test_markup_in_a_title_is_text_in_the_mail_and_has_no_link_of_its_own(shop: Shop) -> None:
    shop.product("A", '<a href="https://evil.example">Lantern</a>')
    shop.ask()
    shop.deliver_questions()
    (mail,) = (shop.settings.outbox_dir / "mail").iterdir()
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    html = message.get_body(("html",)).get_content()
    assert set(re.findall(r'href="([^"?]*)', html)) == {"http://testserver/confirm"}
    assert "&lt;a href=" in html


def test_pages_allow_no_script_no_frame_and_are_not_kept(shop: Shop) -> None:
    for path in ("/", "/notify", "/confirm", "/unsubscribe", "/place", "/go", "/nowhere"):
        headers = shop.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "img-src 'self' https://shop.example https://cdn.shopify.com;" in policy, "Shopify keeps the pictures"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
