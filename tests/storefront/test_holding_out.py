"""Some are told a week later, so that what notices bring can be measured: only whoever can be measured, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.storefront.conftest import Shop, now
from tests.storefront.test_buying import ADA, AS_OF, BOB, KEY, order, token_behind_link

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.explain_notice import digest_of, explain_notice
from stockroom.settings import Settings, SettingsError

LAPTOP = "5f" * 16
BROWSER = "stockroom_browser"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Return a shop that holds out everybody it can."""
    return replace(shop, settings=replace(shop.settings, notice_holdout_percent=100))


def wait_for(shop: Shop, address: str, **fields: str) -> None:
    shop.ask(email=address, **fields)
    shop.confirm(address)


def announce(shop: Shop, *, days_later: float = 0) -> str:
    later = now() + timedelta(days=days_later)
    said = str(announce_restocks(shop.settings, as_of_date=AS_OF, now=later))
    deliver_outbox(shop.settings, now=later)
    return said


def buy(shop: Shop, attributes: dict[str, str], *, days_later: float = 0) -> None:
    at = (now() + timedelta(days=days_later)).isoformat()
    given = [{"key": key, "value": value} for key, value in attributes.items()]
    order(shop, "", customAttributes=given, processedAt=at)


def found_by(shop: Shop) -> list[Any]:
    return [one for (one,) in shop.rows("select found_by from ops.restock_purchases order by found_by")]


def test_who_is_drawn_waits_a_week_and_the_unit_goes_to_the_next(shop: Shop) -> None:
    wait_for(shop, ADA, browser=LAPTOP)
    wait_for(shop, BOB)
    shop.stock(1)
    assert announce(shop) == "1 shoppers are told of 1 products; 1 held out for a week"
    assert shop.states() == ["active", "sent"], "Bob's browser is not known: he cannot be measured and is told"
    said = explain_notice(shop.settings, digest_of(ADA), now=now())
    assert "Not told: held out until" in said
    assert said.endswith("so that what notices bring can be measured; then told in the old place.")
    assert "1 shoppers told, who want 1, 1 held out" in explain_notice(shop.settings, "A", now=now())
    assert announce(shop, days_later=6.9) == "nobody to tell"
    assert announce(shop, days_later=7.1) == "1 shoppers are told of 1 products", "once: now Ada is told"
    assert shop.states() == ["sent", "sent"]


def test_what_a_held_out_shopper_buys_in_the_browser_that_asked_is_known_for_a_week(shop: Shop) -> None:
    wait_for(shop, ADA, browser=LAPTOP)
    shop.stock(1)
    announce(shop)
    for days_later, expected in ((-0.1, []), (7.1, []), (6.9, ["browser"])):
        buy(shop, {BROWSER: LAPTOP}, days_later=days_later)
        announce(shop)
        assert found_by(shop) == expected
    assert shop.states() == ["bought"], "and is not told of what they have"
    assert shop.rows("select bought_at from ops.restock_outcomes") == [(None,)], "no notice brought it"


def test_who_buys_by_the_notice_in_the_browser_that_asked_is_found_both_ways_and_counted_once(shop: Shop) -> None:
    telling = replace(shop, settings=replace(shop.settings, notice_holdout_percent=0))
    wait_for(telling, ADA, browser=LAPTOP)
    telling.stock(1)
    announce(telling)
    buy(telling, {BROWSER: LAPTOP, KEY: token_behind_link(telling, ADA)})
    assert announce(telling) == "nobody to tell; 1 notices were bought by"
    assert found_by(telling) == ["browser", "link"]
    assert "1 bought 1 units by it" in explain_notice(telling.settings, "A", now=now())
    assert telling.rows("select is_measured, is_held_out from ops.restock_outcomes") == [(True, False)]


@pytest.mark.parametrize("number", ["", "5F" * 16, "5f" * 15, "5f" * 17, "' or 1=1"], ids=lambda one: one or "none")
def test_a_number_that_no_widget_made_is_not_kept(shop: Shop, number: str) -> None:
    wait_for(shop, ADA, browser=number)
    assert shop.rows("select * from ops.restock_browsers") == []


def test_the_number_itself_is_kept_nowhere_and_its_digest_goes_with_the_address(shop: Shop) -> None:
    wait_for(shop, ADA, browser=LAPTOP)
    ((kept,),) = shop.rows("select browser_sha256 from ops.restock_browsers")
    assert LAPTOP not in kept
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)}, data={"wish": "forget"})
    announce(shop)
    assert shop.rows("select * from ops.restock_browsers") == []


@pytest.mark.parametrize("share", ["-1", "51", "5 %"])
def test_a_share_that_nobody_means_is_refused(share: str) -> None:
    with pytest.raises(SettingsError, match="STOCKROOM_NOTICE_HOLDOUT_PERCENT"):
        Settings.from_environment({"STOCKROOM_NOTICE_HOLDOUT_PERCENT": share})
