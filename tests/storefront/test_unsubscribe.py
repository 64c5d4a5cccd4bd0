"""A link in a mail ends a request; fetching it does not, and forging it does nothing."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from stockroom.delivery.unsubscribe_links import request_of_token, unsubscribe_token
from stockroom.settings import Settings
from stockroom.storefront.app import storefront

SECRET = "a secret of this test"


@pytest.fixture
def client(warehouse, tmp_path) -> TestClient:
    connection = warehouse.connection
    connection.execute("insert into pii.shoppers (email, contact_sha256) values ('a@shop.example', 'x')")
    for request_id in ("W-1", "W-2"):
        connection.execute(
            """
            insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)
            select %s, shopper_id, 'A', 1, '2011-06-01', 'active' from pii.shoppers
            """,
            (request_id,),
        )
    connection.commit()
    settings = Settings(
        warehouse_url=warehouse.url,
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        storefront_secret=SECRET,
    )
    return TestClient(storefront(settings))


def states(warehouse) -> dict[str, str]:
    return dict(warehouse.connection.execute("select request_id, state from ops.restock_requests").fetchall())


def test_looking_at_the_link_ends_nothing(client: TestClient, warehouse) -> None:
    page = client.get("/unsubscribe", params={"token": unsubscribe_token("W-1", secret=SECRET)})
    assert "Stop these mails" in page.text
    assert states(warehouse) == {"W-1": "active", "W-2": "active"}


def test_the_button_ends_the_request_of_the_link_and_no_other(client: TestClient, warehouse) -> None:
    for _ in range(2):
        assert client.post("/unsubscribe", params={"token": unsubscribe_token("W-1", secret=SECRET)}).status_code == 200
    assert states(warehouse) == {"W-1": "unsubscribed", "W-2": "active"}


def test_a_mail_program_ends_it_with_one_click(client: TestClient, warehouse) -> None:
    token = unsubscribe_token("W-2", secret=SECRET)
    client.post("/unsubscribe", params={"token": token}, data={"List-Unsubscribe": "One-Click"})
    assert states(warehouse) == {"W-1": "active", "W-2": "unsubscribed"}


@pytest.mark.parametrize(
    "token", ["", "W-1", "%00", "é", "A" * 399, unsubscribe_token("W-1", secret="another secret, as long"), "<script>"]
)
def test_a_token_that_we_did_not_sign_gets_the_same_answer_and_does_nothing(
    client: TestClient, warehouse, token: str
) -> None:
    signed = client.post("/unsubscribe", params={"token": unsubscribe_token("W-9", secret=SECRET)})
    forged = client.post("/unsubscribe", params={"token": token})
    assert (forged.status_code, forged.text) == (signed.status_code, signed.text)
    assert states(warehouse) == {"W-1": "active", "W-2": "active"}


def test_every_changed_character_breaks_the_signature() -> None:
    token = unsubscribe_token("W-12345", secret=SECRET)
    for place in range(len(token) - 1):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert request_of_token(changed, secret=SECRET) is None


def test_pages_run_no_scripts_and_are_not_kept(client: TestClient) -> None:
    headers = client.get("/unsubscribe").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_no_link_is_signed_without_a_secret() -> None:
    with pytest.raises(ValueError, match="STOCKROOM_STOREFRONT_SECRET"):
        unsubscribe_token("W-1", secret="short")


def test_the_root_says_what_the_service_is_for(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Links in our mails" in page.text
