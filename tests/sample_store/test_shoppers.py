"""Shoppers of the sample store read their mails; the same ones follow links and buy on every machine."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import numpy as np

from sample_store.draws import uniform
from sample_store.shopify.shapes import VARIANT_IDS
from sample_store.shoppers import BUY, FOLLOW, attributes_in, read_mails
from sample_store.store import Store, open_store
from sample_store.world.places import LONDON

SUBJECT = "Back in stock: Lantern"


def reader(low: float, high: float) -> str:
    """Return the first address whose reader's draw lies in between."""
    addresses = (f"shopper{number}@mail.example" for number in range(10_000))
    return next(address for address in addresses if low <= uniform("reads", address, SUBJECT) < high)


def write_mail(mailbox: Path, name: str, recipient: str, link: str) -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = recipient, SUBJECT
    message.set_content(f"Lantern is back.\n\nAdd it to your basket: {link}\n")
    mailbox.mkdir(exist_ok=True)
    (mailbox / name).write_bytes(message.as_bytes())


def test_who_buys_by_a_link_leaves_its_attributes_in_the_order_once(store: Store, tmp_path: Path) -> None:
    mailbox = tmp_path / "mail"
    visible = [number for number in store.shop.place_of_product if store.shop.available_at(number, LONDON) > 1]
    product = visible[0]
    link = f"{store.shop_url}/cart/{VARIANT_IDS + product}:1?attributes%5Bstockroom_notice%5D=5f"
    for name, address in (("a", reader(0, BUY)), ("b", reader(BUY, FOLLOW)), ("c", reader(FOLLOW, 1))):
        write_mail(mailbox, f"{name}.eml", address, link)
    assert read_mails(store, mailbox) == {"read": 3, "followed": 2, "bought": 1}
    number = store.checkouts[-1].number
    order = store.shop.order(store.shop.order_of_number[number])
    assert [(one["key"], one["value"]) for one in order["customAttributes"]] == [("stockroom_notice", "5f")]
    assert [line["sku"] for line in order["lineItems"]] == [store.world.products[product].sku]
    assert read_mails(store, mailbox) == {"read": 0, "followed": 0, "bought": 0}
    again = open_store(store.root, None, store.clock, store.shop_url)
    assert again.shop.attributes == {number: (("stockroom_notice", "5f"),)}
    assert read_mails(again, mailbox)["read"] == 0


def test_what_is_not_there_is_not_bought(store: Store, tmp_path: Path) -> None:
    units = store.shop.levels.available.reshape(-1, 3)
    none = np.flatnonzero((units <= 0).all(axis=1))
    product = next(int(number) for number in none if int(number) in store.shop.place_of_product)
    write_mail(tmp_path / "mail", "a.eml", reader(0, BUY), f"{store.shop_url}/cart/{VARIANT_IDS + product}:1")
    assert read_mails(store, tmp_path / "mail") == {"read": 1, "followed": 1, "bought": 0}


def test_only_attributes_of_a_cart_link_are_carried() -> None:
    assert attributes_in({"attributes[stockroom_notice]": "5f", "ref": "mail", "attributes[]": "x"}) == {
        "stockroom_notice": "5f"
    }
