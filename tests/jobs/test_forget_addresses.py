"""An address that is erased is in no file either, whoever asked for it and whenever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from stockroom.jobs.erase_contact import erase_contact
from stockroom.jobs.forget_addresses import forget_addresses
from stockroom.jobs.record_restock_requests import record_restock_requests
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.restock_requests import contact_sha256

HEADER = "request_id,email,phone,sku,quantity,requested_at,consent_version,note\n"
ADA = "W-1,Ada@Post.example,,85123A,2,2011-06-01T10:00:00Z,2011-03,\n"
BOB = 'W-2,bob@post.example,+44 7700 900001,22423,1,2011-06-01T10:00:00Z,2011-03,"two\nlines"\n'
EVE = "W-3,eve@post.example,,22423,many,2011-06-01T10:00:00Z,2011-03,\n"
ADAS = contact_sha256(email="ada@post.example")


@pytest.fixture
def settings(warehouse: Any, landing_url: str, tmp_path: Path) -> Settings:
    (tmp_path / "waitlist").mkdir()
    found = Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path / "outbox",
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        waitlist_dir=tmp_path / "waitlist",
    )
    (found.waitlist_dir / "requests-1.csv").write_text(HEADER + BOB + ADA + EVE)
    record_restock_requests(found)
    return found


def left(settings: Settings) -> str:
    return (settings.waitlist_dir / "requests-1.csv").read_text().removeprefix(HEADER)


def forget(settings: Settings) -> int:
    with connect(settings.warehouse_url) as connection:
        return forget_addresses(settings, connection)


def test_erasing_an_address_takes_its_line_out_of_the_shops_list_and_nobody_comes_back(
    settings: Settings, warehouse: Any
) -> None:
    assert forget(settings) == 0, "whose address is kept stays in the list"
    assert left(settings) == BOB + ADA + EVE
    assert erase_contact(settings, ADAS) == ("erased; 1 requests ended with it; 1 lines and messages in files removed")
    assert left(settings) == BOB + EVE, "what could not be read is the shop's to mend"
    record_restock_requests(settings)
    with psycopg.connect(warehouse.url) as connection:
        assert connection.execute("select email from pii.shoppers where email is not null").fetchall() == [
            ("bob@post.example",)
        ]


def test_a_line_stays_until_its_request_is_recorded(settings: Settings) -> None:
    new = ADA.replace("W-1", "W-9").replace("Ada", "new")
    (settings.waitlist_dir / "requests-1.csv").write_text(HEADER + new)
    assert forget(settings) == 0
    assert left(settings) == new


def test_whoever_left_two_addresses_keeps_the_other_one(settings: Settings) -> None:
    erase_contact(settings, contact_sha256(email="bob@post.example"))
    assert left(settings) == BOB.replace("bob@post.example", "") + ADA + EVE
    erase_contact(settings, contact_sha256(phone="+447700900001"))
    assert left(settings) == ADA + EVE


def test_a_message_leaves_the_outbox_folder_with_the_address_it_went_to(settings: Settings, warehouse: Any) -> None:
    for folder, name, request, kind in (
        ("mail", "a.eml", "W-1", "restock_mail"),
        ("mail", "b.eml", "W-2", "confirm_mail"),
        ("sms", "b.json", "W-2", "restock_sms"),
    ):
        file = settings.outbox_dir / folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("To: somebody")
        with psycopg.connect(warehouse.url) as connection:
            connection.execute(
                "insert into ops.outbox (message_key, kind, subject_key, state, path) values (%s, %s, %s, 'sent', %s)",
                (f"{kind}/{request}", kind, request, str(file)),
            )
    (settings.outbox_dir / "mail" / ".a.eml.99.part").write_text("To: somebody")
    (settings.outbox_dir / "mail" / "strange.eml").write_text("not one of ours")
    assert forget(settings) == 0
    with psycopg.connect(warehouse.url) as connection:  # as when it expires
        connection.execute("delete from pii.shoppers where email is not null")
    assert forget(settings) == 4, "two lines and two mails"
    assert sorted(path.name for path in settings.outbox_dir.rglob("*") if path.is_file()) == ["b.json", "strange.eml"]
    assert forget(settings) == 0
