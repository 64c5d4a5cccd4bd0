"""Where earlier notices taught how many of those told buy, more are told than there are units, oldest first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.storefront.conftest import Shop, now

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.explain_notice import explain_notice

AS_OF = date(2026, 11, 22)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Return a shop where of 400 who were told last week a quarter followed the link and 20 bought, in two hours."""
    shop.do(
        """
        with wave as (
            insert into ops.restock_waves (sku, free_units, told_requests, promised_units)
            values ('OLD', 400, 400, 400) returning wave_id
        ),

        old as (
            insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)
            select 'OLD-' || number, -number, 'OLD', 1, %(then)s::timestamptz, 'expired'
            from generate_series(1, 400) as number
            returning request_id, -shopper_id as number
        )

        insert into ops.restock_outcomes (
            request_id, wave_id, sku, category, quantity, expected_units, chosen_at, sent_at, clicked_at, bought_at
        )
        select
            request_id, wave_id, 'OLD', 'Lights', 1, 1, %(then)s::timestamptz, %(then)s,
            case when number <= 100 then %(then)s::timestamptz end,
            case when number <= 20 then %(bought)s::timestamptz end
        from old cross join wave
        """,
        then=now() - timedelta(days=7),
        bought=now() - timedelta(days=7, hours=-2),
    )
    return shop


def wait(shop: Shop, people: int) -> None:
    """Put people in line who have confirmed; the first of them asked first, and has the last of names."""
    shop.do(
        """
        with asked as (
            select number, 'S-' || (999 - number) as request_id
            from generate_series(0, %(last)s::integer) as number
        ),

        shoppers as (
            insert into pii.shoppers (email, contact_sha256)
            select 's' || number || '@mail.example', md5(number::text) || md5(number::text) from asked
            returning shopper_id, email
        ),

        requests as (
            insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)
            select request_id, shopper_id, 'A', 1, %(since)s::timestamptz + number * interval '1 minute', 'active'
            from asked inner join shoppers on email = 's' || number || '@mail.example'
            order by number desc
            returning request_id, shopper_id
        )

        insert into ops.restock_request_contacts (request_id, medium, shopper_id, confirmed_at)
        select request_id, 'email', shopper_id, %(since)s from requests
        """,
        last=people - 1,
        since=now() - timedelta(days=3),
    )


def announce(shop: Shop, *, hours_later: float = 0) -> int:
    return announce_restocks(shop.settings, as_of_date=AS_OF, now=now() + timedelta(hours=hours_later)).told


def test_more_hear_of_a_restock_than_there_are_units_and_each_round_a_few_more(shop: Shop) -> None:
    wait(shop, 100)
    shop.stock(4)
    first = announce(shop)
    assert 8 < first <= 40
    deliver_outbox(shop.settings, now=now())
    assert announce(shop) == 0
    assert announce(shop, hours_later=3) > 0, "most of those who were told have come by now, or will not"


def test_messages_leave_in_the_order_in_which_people_asked(shop: Shop) -> None:
    wait(shop, 12)
    shop.stock(4)
    assert announce(shop) == 12
    assert deliver_outbox(shop.settings, now=now()).mails == tuple(f"S-{999 - number}" for number in range(12))


def test_where_less_is_left_when_messages_leave_the_oldest_keep_theirs(shop: Shop) -> None:
    wait(shop, 100)
    shop.stock(8)
    many = announce(shop)
    shop.stock(4)
    few = len(deliver_outbox(shop.settings, now=now()).mails)
    assert 8 < few < many
    oldest = "select bool_and(state = 'sent') from ops.restock_requests where sku = 'A' and request_id > %s"
    assert shop.rows(oldest, f"S-{999 - few}") == [(True,)]


def test_nobody_is_told_of_an_empty_shelf_however_few_buy(shop: Shop) -> None:
    wait(shop, 100)
    shop.stock(4)
    announce(shop)
    shop.stock(0)
    assert deliver_outbox(shop.settings, now=now()).mails == ()


def test_it_says_what_a_wave_was_sized_to_and_why_the_next_is_not_told_yet(shop: Shop) -> None:
    wait(shop, 100)
    shop.stock(4)
    told = announce(shop)
    said = explain_notice(shop.settings, "A", now=now())
    assert f"4 free units, {told} shoppers told, who want {told} and were expected to buy" in said
    assert f"4 in stock; the {told} who were told in the last 48 hours are expected to buy" in said
    (told_why,) = shop.rows("select last_event_note from ops.restock_requests where request_id = 'S-999'")
    assert told_why == ("back in stock: wave 2 has 4 units, oldest first, and 5 % of those told buy",)
    assert "those before want 0: with this request too many would find it sold out (at most 5 % are to)" in said


def test_it_says_that_however_few_buy_eight_are_told_for_each_unit(shop: Shop) -> None:
    wait(shop, 161)
    shop.stock(20)
    told = announce(shop)
    last = explain_notice(shop.settings, "A", now=now()).splitlines()[-1]
    assert f"until more is heard of the {told} who were told in the last 48 hours, 8 are told for each unit" in last
