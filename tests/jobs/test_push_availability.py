"""Several shops sell from the same shelves, and each is told what the others sold: read in the shops themselves.

Each test begins on an evening, every shop closed and told what there is, and leaves it so: none needs another.
"""

from __future__ import annotations

import csv
import gzip
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from tests.jobs.sample_shop import SampleShop

from sample_store import contacts
from stockroom.channels import CHANNELS
from stockroom.channels.channel import Change, Listing, RefusedConnectionError
from stockroom.jobs.audit_shop import audit_shop
from stockroom.jobs.begin_round import CallError, answer_calls, begin_round
from stockroom.jobs.build_marts import build_marts
from stockroom.jobs.check_channels import check_channels
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.finish_round import finish_round
from stockroom.jobs.list_oversells import describe_oversells
from stockroom.jobs.open_exceptions import open_exceptions
from stockroom.jobs.push_availability import PushError, push_availability
from stockroom.jobs.shop_pages import basket_url
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.hints import HintRow, put_hints, take_hints
from stockroom.warehouse.pushes import Target, read_targets
from stockroom.warehouse.restock_products import read_shown, read_similar
from stockroom.warehouse.restock_units import units_to_be_had

pytestmark = pytest.mark.slow

DAY = date(2011, 1, 14)
FRIDAY = 4
LEVELS = "select sku || '/' || location_id, available_units_now from intermediate.int_stock_levels_live"
CHANNELS_HERE = ("amazon", "bigcommerce", "ebay", "shopify", "wholesale", "woocommerce")
PLACES = {
    "shopify": ("",),
    "woocommerce": ("/LONDON",),
    "bigcommerce": ("/LONDON", "/MANCHESTER"),
    "ebay": ("/LONDON",),
    "amazon": ("/LONDON",),
}
"""What each shop that can be told sells from, as names end."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleShop]:
    shop = SampleShop(tmp_path_factory.mktemp("store"), "2011-01-12T20:30")
    yield shop
    shop.stop()


@dataclass(frozen=True)
class FirstRound:
    """What the first round after everything was read and built said and left, and another one after it."""

    settings: Settings
    dry: str
    runs_after_dry: int
    said: str
    states: list[Any]
    outcomes: list[Any]
    runs_after_another: int


@dataclass(frozen=True)
class DayOfSales:
    """What was wrong after a day on which every shop sold, what a round was to write, and what it wrote."""

    missed: dict[str, dict[str, tuple[int, int]]]
    audited: dict[str, int]
    dry: str
    left_wrong: dict[str, dict[str, tuple[int, int]]]
    verified: list[Any]
    """Of Shopify's: units before, wanted and after."""


Rows = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def rows(module_warehouse: Any) -> Rows:
    def read(query: str, *given: object) -> list[Any]:
        with psycopg.connect(module_warehouse.url, autocommit=True) as connection:
            done = connection.execute(query, given or None)
            return done.fetchall() if query.startswith("select") else [done]

    return read


@pytest.fixture(scope="module")
def first_round(
    module_warehouse: Any, shop: SampleShop, rows: Rows, tmp_path_factory: pytest.TempPathFactory
) -> FirstRound:
    """Return what came of telling a shop that was read as a whole and built once, on the evening of a Wednesday."""
    settings = shop.settings(module_warehouse, tmp_path_factory.mktemp("push"))
    sync(settings)
    for layer in ("staging", "intermediate"):
        build_marts(settings, as_of_date=DAY, layer=layer)
    dry = str(push_availability(settings, is_dry=True))
    ((runs_after_dry,),) = rows("select count(*) from ops.push_runs")
    said = str(push_availability(settings))
    states = rows("select channel_id, state from ops.push_runs order by 1")
    outcomes = rows("select distinct outcome from ops.availability_pushes")
    push_availability(settings)
    ((runs_after_another,),) = rows("select count(*) from ops.push_runs")
    return FirstRound(settings, dry, runs_after_dry, said, states, outcomes, runs_after_another)


@pytest.fixture(scope="module")
def settings(first_round: FirstRound) -> Settings:
    return first_round.settings


@pytest.fixture(scope="module")
def day_of_sales(settings: Settings, shop: SampleShop, rows: Rows) -> DayOfSales:
    """Return what a day changed that every shop sold on, and how all were told."""
    next_evening(shop)
    missed = {channel: wrongly_shown(shop, channel) for channel in PLACES}
    sync(settings)
    ((before,),) = rows("select max(push_run_id) from ops.push_runs")
    dry = str(push_availability(settings, is_dry=True))
    audited = audit_shop(settings, now=datetime.now(UTC)).audit.channels
    push_availability(settings)
    verified = rows(
        "select units_before, units_wanted, units_after from ops.availability_pushes "
        "where outcome = 'verified' and channel_id = 'shopify' and push_run_id > %s",
        before,
    )
    return DayOfSales(
        missed=missed,
        audited={each.channel_id: sum(figure.differs for figure in each.figures) for each in audited},
        dry=dry,
        left_wrong={channel: wrongly_shown(shop, channel) for channel in PLACES},
        verified=verified,
    )


def next_evening(shop: SampleShop) -> None:
    """Go on to the next evening after a day on which shops sell."""
    day = datetime.fromisoformat(shop.get("/clock")["clock"]).date() + timedelta(days=1)
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    shop.post("/clock", {"clock": f"{day}T20:00"})


def sync(settings: Settings) -> None:
    for channel in CHANNELS_HERE:
        extract_channel(settings, channel)


def write_levels(settings: Settings, shop: SampleShop, changes: list[Change]) -> None:
    """Let somebody set levels in Shopify itself, and read them."""
    with CHANNELS["shopify"].push(settings) as somebody:
        assert {each.outcome for each in somebody.write_available(changes, "by hand")} == {"written"}
    shop.post("/clock/advance", {"minutes": 10})
    sync(settings)


def wrongly_shown(shop: SampleShop, channel: str) -> dict[str, tuple[int, int]]:
    """Return what a shop shows that is not there, and what is; of what was promised beyond stock it shows none."""
    books = shop.get(f"/shown/{channel}")
    return {
        name: (units, books["there"][name])
        for name, units in books["shown"].items()
        if units != max(books["there"][name], 0) and name.endswith(PLACES[channel])
    }


def test_nothing_is_written_before_anything_is_known(warehouse: Any, shop: SampleShop, tmp_path: Path) -> None:
    unbuilt = shop.settings(warehouse, tmp_path)
    assert "marts were never built" in str(push_availability(unbuilt, channel_id="shopify"))


def test_who_bought_and_what_they_wrote_reaches_neither_landing_nor_raw(settings: Settings, rows: Rows) -> None:
    landing = Path(urlsplit(settings.landing_url).path)
    for channel in PLACES:
        files = list(landing.glob(f"{channel}/orders/*/*.jsonl.gz"))
        landed = b"".join(gzip.decompress(file.read_bytes()) for file in files).decode()
        raw = str(rows(f"select document from raw.{channel}_orders"))  # noqa: S608  # our own names
        assert len(landed) > 1000 < len(raw), channel
        assert [word for word in contacts.WORDS if word in landed or word in raw] == [], channel


def test_every_shop_can_be_worked_with(settings: Settings) -> None:
    checked = check_channels(settings, now=datetime.now(UTC))
    assert [each.channel.channel_id for each in checked.channels if each.channel.channel_id in CHANNELS_HERE] == [
        *CHANNELS_HERE
    ]
    assert checked.is_complete, str(checked)


def test_a_first_round_finds_every_shop_in_order(first_round: FirstRound) -> None:
    assert "would write 0 of" in first_round.dry
    assert first_round.runs_after_dry == 0, "a dry run leaves no trace"
    assert first_round.said.count("nothing to write (of") == len(PLACES)
    assert first_round.states == [
        ("amazon", "pushed"),
        ("bigcommerce", "pushed"),
        ("ebay", "pushed"),
        ("shopify", "pushed"),
        ("woocommerce", "pushed"),
    ]
    assert first_round.outcomes == [("as_wanted",)]
    assert first_round.runs_after_another == len(PLACES), "nothing changed, so nothing is asked or written"


def test_after_a_day_of_sales_each_shop_is_told_what_the_others_sold(day_of_sales: DayOfSales) -> None:
    assert all(day_of_sales.missed[channel] for channel in PLACES)
    missed = len(day_of_sales.missed["shopify"])
    assert missed, "Shopify does not learn of other shops' sales by itself"
    assert day_of_sales.audited["shopify"] == missed
    assert f"shopify: would write {missed:,} of" in day_of_sales.dry
    assert day_of_sales.left_wrong == {channel: {} for channel in PLACES}
    assert len(day_of_sales.verified) == missed
    assert all(before != wanted == after for before, wanted, after in day_of_sales.verified)


def test_what_changes_after_a_round_read_it_is_news_to_the_next_one(
    settings: Settings, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_while_it_changes(connection: psycopg.Connection, *given: Any, **named: Any) -> list[Target]:
        targets = read_targets(connection, *given, **named)
        connection.execute("update ops.stock_positions set updated_at = now() where sku = %s", (targets[0].sku,))
        return targets

    monkeypatch.setattr("stockroom.jobs.push_availability.read_targets", read_while_it_changes)
    push_availability(settings, channel_id="ebay", everything=True)
    assert rows(
        "select max(rounds.started_at) < (select max(updated_at) from ops.stock_positions) from ops.push_runs as rounds"
    ) == [(True,)], "else the lag of telling it would be measured by nobody"


def call(settings: Settings, *channels: str) -> None:
    """Let channels call."""
    with connect(settings.warehouse_url) as connection:
        put_hints(connection, [HintRow(channel, str(uuid4()), "orders", None) for channel in channels])


def sell_one(shop: SampleShop, channel: str) -> None:
    """Sell one unit of what every shop shows plenty of, ten seconds later."""
    shown = [shop.get(f"/shown/{each}")["shown"] for each in PLACES]
    name = next(name for name in shown[0] if name.endswith("/LONDON") and min(each.get(name, 0) for each in shown) > 5)
    later = datetime.fromisoformat(shop.get("/clock")["clock"]) + timedelta(seconds=10)
    shop.post("/clock", {"clock": later.isoformat()})
    shop.post("/checkout", {"channel": channel, "sku": name.removesuffix("/LONDON")})


def test_calls_are_answered_by_the_first_task_of_a_round_for_as_long_as_they_come(
    settings: Settings, shop: SampleShop
) -> None:
    """While a sale of eBay's is told to all, BigCommerce sells and calls: both are told, and no channel is left."""
    in_order: dict[str, dict[str, tuple[int, int]]] = {channel: {} for channel in PLACES}
    later = iter(["bigcommerce"])

    def sell_meanwhile() -> bool:
        for channel in later:
            sell_one(shop, channel)
            call(settings, channel)
        return False

    sell_one(shop, "ebay")
    assert wrongly_shown(shop, "woocommerce")
    call(settings, "ebay")
    assert answer_calls(settings, until=sell_meanwhile, pace=0) == 2
    assert {channel: wrongly_shown(shop, channel) for channel in PLACES} == in_order
    call(settings, "ebay", "amazon")
    assert begin_round(settings, is_called=True, now=lambda: datetime.now(UTC)) == []
    assert begin_round(settings, is_called=False, now=lambda: datetime.now(UTC)) == [*CHANNELS_HERE]


def test_a_call_is_answered_once_more_at_most_when_others_have_their_turn(settings: Settings) -> None:
    def call_again() -> bool:
        call(settings, "ebay")
        return False

    def call_too() -> bool:
        return not call_again()

    call(settings, "ebay")
    assert answer_calls(settings, until=call_again, seconds=0) == 1, "the clock's round has its turn"
    assert answer_calls(settings, until=call_too) == 1, "somebody waits for what is there again"
    with connect(settings.warehouse_url) as connection:
        assert take_hints(connection) == ["ebay"], "the next round answers it"


@pytest.mark.parametrize("channel", ["woocommerce", "bigcommerce"])
def test_shoppers_are_told_of_what_their_own_shop_shows(settings: Settings, shop: SampleShop, channel: str) -> None:
    shown: dict[str, int] = {}
    for name, units in shop.get(f"/shown/{channel}")["shown"].items():
        if units > 0 and name.endswith(PLACES[channel]):
            shown[name.partition("/")[0]] = shown.get(name.partition("/")[0], 0) + units
    with connect(settings.warehouse_url) as connection:
        free = {sku: units for sku, units in units_to_be_had(connection, None, channel).items() if units > 0}
        assert free == shown
        sku = max(free, key=lambda each: free[each])
        product = read_shown(connection, sku, channel)
        similar = read_similar(connection, [sku], channel)[sku]
    assert product is not None
    assert product.page.endswith((f"-{sku.lower()}", f"-{sku.lower()}/"))
    assert product.category, "BigCommerce names none, so it is what the other shops say"
    assert len(similar) == 3
    found = replace(
        settings, channel_values={**settings.channel_values, f"{channel}_shop_url": f"{shop.url}/{channel}"}
    )
    with urllib.request.urlopen(basket_url(found, channel, product.listing_id, sku, 2), timeout=60) as answer:  # noqa: S310  # loopback
        assert "2 x" in answer.read().decode()


@pytest.mark.usefixtures("day_of_sales")
def test_what_was_written_does_not_come_back_as_a_count(settings: Settings, shop: SampleShop, rows: Any) -> None:
    shop.post("/clock/advance", {"minutes": 10})  # closed: nothing moves, but every level is read again
    sync(settings)
    there = shop.get("/shown/shopify")["there"]
    assert {name: units for name, units in rows(LEVELS) if there[name] != units} == {}
    assert str(push_availability(settings)).count("nothing to write (of") == len(PLACES)
    next_evening(shop)
    sync(settings)
    build_marts(settings, as_of_date=DAY, layer="intermediate")
    push_availability(settings)
    there = shop.get("/shown/shopify")["there"]
    assert {name: units for name, units in rows(LEVELS) if there[name] != units} == {}
    assert {channel: wrongly_shown(shop, channel) for channel in PLACES} == {channel: {} for channel in PLACES}


def test_wholesale_customers_fetch_what_there_is(settings: Settings, shop: SampleShop, tmp_path: Path) -> None:
    told = replace(settings, wholesale_out_dir=tmp_path)
    push_availability(told, channel_id="wholesale")
    with (tmp_path / "availability.csv").open(newline="") as file:
        shown = {f"{row['sku']}/{row['location']}": int(row["available_units"]) for row in csv.DictReader(file)}
    there = shop.get("/shown/shopify")["there"]
    assert len(shown) > 5_000
    assert {name: units for name, units in shown.items() if there[name] != units} == {}
    assert (tmp_path / "availability.edi").read_bytes().count(b"LIN*") == len(shown)
    assert "wholesale: nothing to write (of" in str(push_availability(told, channel_id="wholesale"))


def test_a_count_in_the_shop_is_news_even_after_a_push(settings: Settings, shop: SampleShop, rows: Any) -> None:
    ((listing, place, sku, units),) = rows(
        "select listing_id, place_id, sku, units::int from intermediate.int_listing_availability "
        "where channel_id = 'shopify' and location_id = 'LONDON' and units > 50 order by sku limit 1"
    )
    write_levels(settings, shop, [Change(Listing(listing, place), units, units - 7)])
    known = [level for name, level in rows(LEVELS) if name == f"{sku}/LONDON"]
    assert known == [units - 7]
    assert "shopify: nothing to write" in str(push_availability(settings, channel_id="shopify"))
    write_levels(settings, shop, [Change(Listing(listing, place), units - 7, units)])


def test_what_is_left_unshown_is_not_shown_and_is_no_count(settings: Settings, shop: SampleShop, rows: Any) -> None:
    ((sku, units),) = rows(
        "select sku, units::int from intermediate.int_listing_availability "
        "where channel_id = 'shopify' and location_id = 'LONDON' and units > 50 order by sku limit 1"
    )
    columns = "channel_id, sku, location_id, buffer_units, decided_by, safe_share"
    terms = "elsewhere_units_per_day, expected_units, lag_seconds"
    values = f"channel_id, '{sku}', 'LONDON', 3, 'planners', 0.99, 0, 0, 0"
    rows(f"insert into ops.channel_buffers ({columns}, {terms}) select {values} from ops.channels")  # noqa: S608  # our own names
    assert f"{units} -> {units - 3} (3 left unshown)" in str(push_availability(settings, is_dry=True))
    for _ in range(2):
        push_availability(settings)
        shop.post("/clock/advance", {"minutes": 10})
        shown = {channel: shop.get(f"/shown/{channel}")["shown"][f"{sku}/LONDON"] for channel in PLACES}
        assert shown == dict.fromkeys(PLACES, units - 3)
        sync(settings)
    rows("delete from ops.channel_buffers")
    push_availability(settings)
    assert wrongly_shown(shop, "shopify") == {}


def test_a_failed_extract_holds_every_push_and_asks(settings: Settings, shop: SampleShop) -> None:
    next_evening(shop)
    shop.fault("status_401", 50, "woocommerce")
    extract_channel(settings, "shopify")
    with pytest.raises(RefusedConnectionError, match="HTTP 401"):
        extract_channel(settings, "woocommerce")
    shop.fault("status_401", 0)
    before = shop.get("/shown/shopify")["shown"]
    with pytest.raises(PushError, match="shopify: held, nothing was written: woocommerce: its last extract failed"):
        push_availability(settings, channel_id="shopify")
    assert shop.get("/shown/shopify")["shown"] == before
    (asked,) = open_exceptions(settings, kind="availability_push").found
    assert "Is this right?" in asked.mend
    shop.fault("status_401", 50, "woocommerce")
    call(settings, "ebay", "woocommerce")
    with pytest.raises(CallError, match=r"woocommerce: .*HTTP 401.* \| .*held, nothing was written"):
        answer_calls(settings, until=lambda: False)
    shop.fault("status_401", 0)
    sync(settings)
    push_availability(settings)
    assert open_exceptions(settings, kind="availability_push").found == [], "the next good round takes it back"
    assert wrongly_shown(shop, "shopify") == {}


def test_a_stale_extract_holds_a_push(settings: Settings, rows: Any) -> None:
    rows("update ops.extract_runs set ended_at = now() - interval '17 minutes' where channel_id = 'wholesale'")
    with pytest.raises(PushError, match="wholesale was last extracted 17 minutes ago"):
        push_availability(settings, channel_id="woocommerce", everything=True)
    sync(settings)
    assert "would write 0 of" in str(push_availability(settings, channel_id="woocommerce", is_dry=True))
    assert len(open_exceptions(settings, kind="availability_push").found) == 1, "a dry run answers no question"
    push_availability(settings, channel_id="woocommerce")
    assert open_exceptions(settings, kind="availability_push").found == [], "a round that goes through does"


def test_levels_that_are_all_gone_hold_a_push(settings: Settings, rows: Any) -> None:
    newest = "select max(landing_file_id) from raw.landing_files where stream = 'inventory_levels'"
    rows(f"update raw.landing_files set line_count = 0 where landing_file_id = ({newest})")  # noqa: S608  # our own names
    with pytest.raises(PushError, match="the newest inventory_levels hold nothing at all"):
        push_availability(settings, channel_id="shopify", everything=True)
    rows(f"update raw.landing_files set line_count = 9 where landing_file_id = ({newest})")  # noqa: S608  # our own names
    push_availability(settings, channel_id="shopify")
    assert open_exceptions(settings, kind="availability_push").found == []


def test_offers_of_which_a_part_is_read_at_a_time_hold_nobody_when_it_is_none(settings: Settings, rows: Any) -> None:
    """Offers of eBay are asked for once a day, each at its own second: rounds that follow closely find none due."""
    newest_of = "select max(landing_file_id) from raw.landing_files where source = 'ebay' and stream = 'offers'"
    ((newest,),) = rows(newest_of)
    rows("update raw.landing_files set line_count = 0 where landing_file_id = %s", newest)
    assert "held" not in str(push_availability(settings, channel_id="woocommerce", everything=True, is_dry=True))
    rows("update raw.landing_files set line_count = 9 where landing_file_id = %s", newest)


def test_one_unit_wanted_on_six_channels_at_once_is_named_with_its_timeline(
    settings: Settings, shop: SampleShop, rows: Any
) -> None:
    ((sku,),) = rows(
        "select sku from intermediate.int_listing_availability where location_id = 'LONDON' and units = 1 "
        "group by sku having count(distinct channel_id) = 6 order by sku limit 1"
    )
    push_availability(settings)  # what each shop shows is known to have been told
    shop.post("/clock/advance", {"minutes": 1})
    moment = datetime.fromisoformat(shop.get("/clock")["clock"])
    wanted = [{"channel": channel, "sku": sku} for channel in CHANNELS_HERE]
    shop.post("/checkout", {"orders": wanted})
    began = datetime.now(UTC)
    for channel in CHANNELS_HERE:
        extract_channel(settings, channel, up_to_now=True)
    finish_round(settings)
    assert (datetime.now(UTC) - began).total_seconds() < 60
    (asked,) = open_exceptions(settings, kind="oversell").found
    assert asked.subject == f"{sku} at LONDON"
    assert asked.detail.startswith(f"5 promised beyond stock since {moment:%Y-%m-%d %H:%M:%S} UTC: ")
    sold = rows(
        "select channel_id, units_short, shown_units from ops.oversell_events where kind = 'sale' order by event_number"
    )
    assert sorted(channel for channel, _, _ in sold) == sorted(CHANNELS_HERE)
    assert [short for _, short, _ in sold] == [0, 1, 1, 1, 1, 1], "one of them got the unit"
    assert {shown for channel, _, shown in sold if channel != "wholesale"} == {1}, "each shop showed the one unit"
    assert {channel: shop.get(f"/shown/{channel}")["shown"][f"{sku}/LONDON"] for channel in PLACES} == dict.fromkeys(
        PLACES, 0
    )
    finish_round(settings)
    assert rows("select count(*) from ops.oversells") == [(1,)], "it is named once"
    assert "takes 1: 1 -> 0" in describe_oversells(settings, sku=sku)


def test_a_push_that_would_empty_a_fifth_of_a_shop_asks_first(settings: Settings, shop: SampleShop, rows: Any) -> None:
    """Somebody sets a third of Shopify's levels in London to 0 by mistake; WooCommerce sells from there."""
    levels = rows(
        "select listing_id, place_id, units::int from intermediate.int_listing_availability "
        "where channel_id = 'shopify' and location_id = 'LONDON' and units > 0"
    )[::3]
    mistake = [Change(Listing(listing, place), units, 0) for listing, place, units in levels]
    write_levels(settings, shop, mistake)
    before = shop.get("/shown/woocommerce")["shown"]
    with pytest.raises(PushError, match=r"it would set [\d,]+ of [\d,]+ listings to 0"):
        push_availability(settings, channel_id="woocommerce")
    assert shop.get("/shown/woocommerce")["shown"] == before
    assert "held" in str(push_availability(settings, channel_id="woocommerce", is_dry=True))
    push_availability(settings, channel_id="woocommerce", allowed_by="Ada")
    assert shop.get("/shown/woocommerce")["shown"] != before
    assert rows("select allowed_by from ops.push_runs order by push_run_id desc limit 1") == [("Ada",)]
    write_levels(settings, shop, [replace(change, units_before=0, units=change.units_before) for change in mistake])
    push_availability(settings)
    assert shop.get("/shown/woocommerce")["shown"] == before
