"""The mail about a restock says what it must and carries nothing it must not."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from typing import cast

import pytest

from stockroom.documents.mail_message import MailHead, UnusableMailFieldError, mail_file_name
from stockroom.documents.restock_mail import RestockMail, restock_mail_bytes
from stockroom.documents.shopper_language import Language, language_of

ENGLISH = language_of("en")
MAIL = RestockMail(
    head=MailHead(
        message_key="0" * 32,
        recipient="ada@mail.example",
        sender_name="Sample Gifts Ltd",
        sender_address="hello@sample-gifts.example",
        sent_at=datetime(2011, 6, 30, 6, tzinfo=UTC),
    ),
    title="Red & white <lantern>",
    price=Decimal("3.75"),
    currency="GBP",
    image_url="http://127.0.0.1/images/A.svg",
    product_url="http://127.0.0.1/products/lantern",
    cart_url="http://127.0.0.1/cart/1:1",
    unsubscribe_url="http://127.0.0.1/unsubscribe?token=x",
)


def parsed(mail: RestockMail, language: Language | None = None) -> EmailMessage:
    content = restock_mail_bytes(mail, language or ENGLISH)
    return cast("EmailMessage", email.message_from_bytes(content, policy=email.policy.default))


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_both_parts_name_product_and_price_and_link_to_the_basket() -> None:
    message = parsed(MAIL)
    text, html = body(message, "plain"), body(message, "html")
    assert all(words in text for words in ("Red & white <lantern>", "£3.75", MAIL.cart_url, MAIL.unsubscribe_url))
    assert all(words in html for words in ("Red &amp; white &lt;lantern&gt;", "£3.75", MAIL.cart_url, MAIL.image_url))
    assert "<lantern>" not in html


def test_one_click_unsubscribing_is_offered_only_where_something_answers() -> None:
    assert parsed(MAIL)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed(MAIL)["List-Unsubscribe"] == f"<{MAIL.unsubscribe_url}>"
    without = parsed(replace(MAIL, unsubscribe_url=""))
    assert without["List-Unsubscribe"] is None
    assert "No more mails" not in body(without, "plain") + body(without, "html")


def test_the_same_mail_is_the_same_bytes() -> None:
    assert restock_mail_bytes(MAIL, ENGLISH) == restock_mail_bytes(replace(MAIL), ENGLISH)


@pytest.mark.parametrize(
    "title", ["Lamp\r\nBcc: all@shop.example", "=?utf-8?q?Lamp=0ABcc:_x?=", "Lamp\x00", "a\u2028b"]
)
def test_a_title_that_could_forge_a_header_is_refused(title: str) -> None:
    with pytest.raises(UnusableMailFieldError, match="title"):
        restock_mail_bytes(replace(MAIL, title=title), ENGLISH)


@pytest.mark.parametrize(
    "recipient",
    ["a@b.example, c@d.example", "a@b.example\nBcc: x@y.example", "Ada <a@b.example>", "=?x?q?a?=@b.example", ""],
)
def test_only_one_plain_address_is_written_to_and_the_error_does_not_tell_it(recipient: str) -> None:
    with pytest.raises(UnusableMailFieldError, match="recipient") as error:
        restock_mail_bytes(replace(MAIL, head=replace(MAIL.head, recipient=recipient)), ENGLISH)
    assert "b.example" not in str(error.value)


def test_a_sender_name_cannot_end_its_quotes() -> None:
    message = parsed(replace(MAIL, head=replace(MAIL.head, sender_name='Gifts" <evil@x.example>, "')))
    assert [address.addr_spec for address in message["From"].addresses] == ["hello@sample-gifts.example"]


def test_the_address_is_no_part_of_a_file_name_or_of_what_is_logged() -> None:
    assert mail_file_name(MAIL.head.message_key) == f"{'0' * 32}.eml"
    assert "ada" not in repr(MAIL)
    with pytest.raises(ValueError, match="32 hexadecimal"):
        mail_file_name("../ada@mail.example")
