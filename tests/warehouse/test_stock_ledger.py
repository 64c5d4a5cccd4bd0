"""The ledger of stock: in whatever order records come, a position is its last count and what followed it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockroom.jobs.explain_stock import describe_stock
from stockroom.warehouse.stock_ledger import Taken, sum_up, take_in

MORNING = datetime(2011, 6, 1, 9, tzinfo=UTC)
VIEWS = """
create table intermediate.int_stock_events_untaken (
    source text, document_key text, said_at timestamptz, landing_file_id bigint, landing_line_number integer,
    channel_id text, line_key text, kind text, sku text, location_id text, on_hand_change integer,
    committed_change integer, damaged_change integer, counted_units integer, occurred_at timestamptz);
create table intermediate.int_stock_levels_untaken (
    source text, listing_id text, location_id text, landing_file_id bigint, sku text, available_units integer,
    on_hand_units integer, committed_units integer, incoming_units integer, reserved_units integer,
    damaged_units integer);
create table intermediate.int_stock_truths (
    location_id text, source_of_truth text, is_running boolean, sources_in_level text, ship_priority integer);
create table intermediate.int_listing_parts (
    channel_id text, listing_name text, sku text, units_per_listing integer, valid_from timestamptz,
    valid_before timestamptz);
insert into intermediate.int_stock_truths values
('LONDON', 'shopify', true, 'shopify,wms'), ('LEEDS', 'count', false, ''), ('STORE', 'ledger', false, '')
"""
"""What dbt makes, as tables that hold whatever a test lands."""


class Change(NamedTuple):
    """One change of stock, as the views say it."""

    kind: str
    units: int
    minute: int
    sku: str = "A1"
    location: str = "LEEDS"

    def on_hand(self) -> int:
        signs = {"fulfilment": -1, "return": 1, "damaged return": 1, "receipt": 1, "adjustment": 1}
        return signs.get(self.kind, 0) * self.units

    def committed(self) -> int:
        return {"sale": 1, "cancellation": -1, "fulfilment": -1}.get(self.kind, 0) * self.units

    def damaged(self) -> int:
        return self.units if self.kind == "damaged return" else 0


class Version(NamedTuple):
    """What a record says at one time."""

    source: str
    document: str
    number: int
    changes: tuple[Change, ...]


class Ledger:
    """A ledger that records are landed in."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.run = connection.execute
        self.connection = connection

    def file(self, source: str, stream: str, minute: int = 0) -> int:
        row = self.run(
            """
            insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at)
            values (%s, %s, gen_random_uuid()::text, 1, 'x', %s) returning landing_file_id
            """,
            (source, stream, at(minute)),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def land(self, *versions: Version) -> None:
        """Land records in one file each for channels and warehouse; what landed before may still be there."""
        files = {"toy": self.file("toy", "orders"), "wms": self.file("wms", "receipts")}
        rows = []
        for line, version in enumerate(versions):
            said_at = at(version.number) if version.source == "toy" else None
            head = (version.source, version.document, said_at, files[version.source], line, version.source)
            rows += [
                (*head, "line/", each.kind.removeprefix("damaged "), each.sku, each.location, each.on_hand(),
                 each.committed(), each.damaged(), each.units if each.kind == "count" else None, at(each.minute))
                for each in version.changes
            ] or [(*head, "line/", None, None, "UNASSIGNED", 0, 0, 0, None, None)]  # fmt: skip
        self.connection.cursor().executemany(
            "insert into intermediate.int_stock_events_untaken values "
            "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )

    def level(self, sku: str, units: int, minute: int) -> int:
        """Let the shop show a level; a newer document replaces the older."""
        self.run("delete from intermediate.int_stock_levels_untaken where listing_id = %s", (sku,))
        file = self.file("shopify", "inventory_levels", minute)
        self.run(
            "insert into intermediate.int_stock_levels_untaken values "
            "('shopify', %s, 'LONDON', %s, %s, %s, %s, 0, 0, 0, 0)",
            (sku, file, sku, units, units),
        )
        return file

    def push(self, sku: str, before: int, wanted: int, outcome: str, based_on: int) -> int:
        row = self.run(
            "insert into ops.push_runs (channel_id, state, based_on_landing_file_id, listings) "
            "values ('shopify', 'pushed', %s, 1) returning push_run_id",
            (based_on,),
        ).fetchone()
        assert row is not None
        self.run(
            """
            insert into ops.availability_pushes
                (push_run_id, channel_id, listing_id, sku, location_id, units_wanted, units_before, outcome)
            values (%s, 'shopify', %s, %s, 'LONDON', %s, %s, %s)
            """,
            (row[0], sku, sku, wanted, before, outcome),
        )
        return int(row[0])

    def take_in(self) -> Taken:
        return take_in(self.connection, ("toy",))

    def available(self, sku: str = "A1") -> int | None:
        rows = self.run("select available_units from ops.stock_positions where sku = %s", (sku,)).fetchall()
        return rows[0][0] if rows else None

    def positions(self) -> list[Any]:
        return self.run(
            """
            select sku, location_id, counts_from, level_units, own_writes_units, on_hand_since, committed_since,
                committed_ever, available_units, on_hand_units, committed_units, damaged_units, last_event_at
            from ops.stock_positions order by 1, 2
            """
        ).fetchall()


def at(minute: int) -> datetime:
    return MORNING + timedelta(minutes=minute)


@pytest.fixture(scope="module")
def prepared(module_warehouse: Any) -> psycopg.Connection:
    module_warehouse.connection.execute(VIEWS)
    module_warehouse.connection.commit()
    connection: psycopg.Connection = module_warehouse.connection
    return connection


@pytest.fixture
def ledger(prepared: psycopg.Connection) -> Iterator[Ledger]:
    yield Ledger(prepared)
    prepared.rollback()


SKUS = st.sampled_from(("A1", "B2"))
PLACES = st.sampled_from(("LEEDS", "STORE"))
UNITS, MINUTES = st.integers(1, 9), st.integers(0, 60)


@st.composite
def orders(draw: st.DrawFn, number: int) -> list[Version]:
    """Draw an order in its versions: each says what the last one said and more, or takes something back."""
    sku, place, units, minute = draw(SKUS), draw(PLACES), draw(UNITS), draw(MINUTES)
    sale = Change("sale", units, minute, sku, place)
    later = [
        Change(kind, draw(st.integers(1, units)), minute + draw(MINUTES) + 1, sku, place)
        for kind in draw(
            st.lists(
                st.sampled_from(("cancellation", "fulfilment", "return", "damaged return")), max_size=3, unique=True
            )
        )
    ]
    versions = [[sale], *([sale, *later[: count + 1]] for count in range(len(later)))]
    if draw(st.booleans()):
        versions.append(draw(st.sampled_from(([], [sale]))))
    return [
        Version("toy", f"order-{number}", version, tuple(changes)) for version, changes in enumerate(versions, start=1)
    ]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Version], list[list[Version]]]:
    """Draw what finally holds, and the batches in which all of it landed: late, repeated, out of order."""
    every = [draw(orders(number)) for number in range(draw(st.integers(1, 4)))]
    for number, kind in enumerate(draw(st.lists(st.sampled_from(("receipt", "adjustment", "count")), max_size=4))):
        change = Change(kind, draw(UNITS), draw(MINUTES), draw(SKUS), draw(PLACES))
        every.append([Version("wms", f"{kind}/{number}", 1, (change,))])
    landed = [version for versions in every for version in versions]
    landed += draw(st.lists(st.sampled_from(landed), max_size=5))
    shuffled = draw(st.permutations(landed))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    edges = [0, *cuts, len(shuffled)]
    batches = [shuffled[first:last] for first, last in pairwise(edges)]
    return [versions[-1] for versions in every], batches


def folded(final: Sequence[Version]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return what is there, promised and damaged, by SKU and place, as one would reckon it on paper."""
    changes = [(version, change) for version in final for change in version.changes]
    found = {}
    for key in {(change.sku, change.location) for _, change in changes}:
        here = [(version, change) for version, change in changes if (change.sku, change.location) == key]
        counts = [(change.minute, version.document, change.units) for version, change in here if change.kind == "count"]
        if key[1] == "LEEDS" and not counts:
            continue
        counted_at, _, counted = max(counts, default=(-1, "", 0))
        moved = sum(change.on_hand() for _, change in here if change.minute > counted_at)
        promised = sum(change.committed() for _, change in here)
        damaged = sum(change.damaged() for _, change in here if change.minute > counted_at)
        found[key] = (counted + moved, max(promised, 0), damaged)
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_late_repeated_and_reordered_records_give_the_same_position(
    prepared: psycopg.Connection, history: tuple[list[Version], list[list[Version]]]
) -> None:
    final, batches = history
    ledger = Ledger(prepared)
    try:
        for number, batch in enumerate(batches):
            ledger.land(*batch)
            ledger.take_in()
            if number % 2:  # what was read again and what was not come to the same
                ledger.run("delete from intermediate.int_stock_events_untaken")
        expected = folded(final)
        found = {(row[0], row[1]): (row[9], row[10], row[11]) for row in ledger.positions()}
        assert {key: units for key, units in found.items() if key in expected or units != (0, 0, 0)} == expected
        assert all(row[8] == row[9] - row[10] - row[11] for row in ledger.positions()), (
            "available is what is neither promised nor damaged"
        )
        settled = ledger.positions()
        ledger.land(*(version for batch in batches for version in batch if version.source == "toy"))
        assert ledger.take_in().entries == 0, "nothing is news the second time"
        for minute in (None, 20, 70):  # with every entry, and with those of the first minutes as sums
            if minute is not None:
                sum_up(ledger.connection, through_at=at(minute))
            ledger.run("delete from ops.stock_positions")
            ledger.run("delete from ops.stock_locations")
            ledger.land(*(version for batch in batches for version in batch if version.source == "toy"))
            ledger.take_in()
            assert without_moments(ledger.positions()) == without_moments(settled), (
                "counted from nothing it is the same"
            )
    finally:
        prepared.rollback()


def without_moments(positions: list[Any]) -> list[Any]:
    """Return positions without their last entry's moment, which sums do not keep."""
    return [row[:-1] for row in positions]


def sale(document: str, units: int, minute: int, *others: Change, number: int = 1, sku: str = "A1") -> Version:
    changes = (Change("sale", units, minute, sku, "LONDON"), *others)
    return Version("toy", document, number, changes)


def test_what_we_wrote_to_a_shop_is_no_count(ledger: Ledger) -> None:
    """The shop showed 10, we wrote 8 and it sold one: 9 of its own, less 2 others sold between, less 1 since."""
    first = ledger.level("A1", 10, 0)
    ledger.push("A1", 10, 8, "verified", first)
    ledger.push("A1", 10, 3, "changed_meanwhile", first)
    ledger.land(
        sale("before", 4, -60),
        sale("between", 3, 30, Change("cancellation", 1, 45, "A1", "LONDON")),
        sale("since", 1, 90),
    )
    ledger.take_in()
    assert ledger.available() == 10 - 2 - 1, "known before the level is read again"
    ledger.level("A1", 7, 60)
    ledger.take_in()
    assert ledger.available() == 7 + 2 - 2 - 1
    ledger.take_in()
    assert ledger.available() == 6, "looking again changes nothing"


@pytest.mark.parametrize(("read", "available"), [(8, 10), (10, 10)])
def test_a_write_that_was_cut_off_counts_if_it_arrived(ledger: Ledger, read: int, available: int) -> None:
    ledger.push("A1", 10, 8, "writing", ledger.level("A1", 10, 0))
    ledger.level("A1", read, 60)
    ledger.take_in()
    assert ledger.available() == available


def test_a_watched_sku_has_what_the_shop_shows(ledger: Ledger) -> None:
    """W1 is only watched: what we and others did is its owner's affair. L1 became live when the shop showed 20."""
    first = ledger.level("W1", 7, 0)
    watched, live = ledger.push("W1", 10, 8, "verified", first), ledger.push("L1", 10, 3, "verified", first)
    ledger.level("W1", 7, 60)
    since = ledger.level("L1", 20, 60)
    ledger.run("insert into ops.cohorts (choice, is_all, live_skus, who) values ('one', false, 1, 'Ann')")
    ledger.run("insert into ops.cohort_skus select 'L1', true, max(cohort_id), %s, %s from ops.cohorts", (since, live))
    ledger.land(sale("w", 4, 90, sku="W1"), sale("early", 3, 30, sku="L1"), sale("late", 1, 90, sku="L1"))
    ledger.take_in()
    assert (ledger.available("W1"), ledger.available("L1")) == (7, 19)
    ledger.run("insert into ops.cohort_skus select 'W1', true, max(cohort_id), 0, %s from ops.cohorts", (watched,))
    ledger.take_in()
    assert ledger.available("W1") == 7 - 4, "once it is live, from the first round on"


def test_what_a_channel_sells_of_its_own_stands_in_its_level(ledger: Ledger) -> None:
    """Neither a receipt nor a sale of the shop itself is added to what it shows."""
    ledger.push("A1", 5, 5, "as_wanted", ledger.level("A1", 5, 0))
    ledger.land(Version("wms", "receipt/1", 1, (Change("receipt", 6, 30, "A1", "LONDON"),)), sale("toy", 1, 30))
    ledger.take_in()
    assert ledger.available() == 4


def test_the_newest_version_of_an_order_speaks_alone(ledger: Ledger) -> None:
    """Four were ordered, then 1 cancelled; the version before that comes late, and says nothing."""
    ledger.land(Version("wms", "count/1", 1, (Change("count", 10, 0),)))
    first = Version("toy", "1", 1, (Change("sale", 4, 5),))
    ledger.land(Version("toy", "1", 2, (*first.changes, Change("cancellation", 1, 9))))
    ledger.take_in()
    assert ledger.available() == 7
    ledger.land(first)
    assert ledger.take_in().entries == 0
    ledger.land(Version("toy", "1", 3, ()))
    ledger.take_in()
    assert ledger.available() == 10, "an order that holds nothing any more gives back what it held"
    entries = ledger.run(
        "select kind, committed_change from ops.stock_events where channel_id = 'toy' order by 1 desc, entry_number"
    ).fetchall()
    assert entries == [("sale", 4), ("sale", -4), ("cancellation", -1), ("cancellation", 1)]


def test_what_comes_back_damaged_lies_there_and_is_not_for_sale(ledger: Ledger) -> None:
    """Of 10 three were sold and sent; one came back well and one damaged. A correction says that both were well."""
    ledger.land(Version("wms", "count/1", 1, (Change("count", 10, 0),)))
    sent = (Change("sale", 3, 5), Change("fulfilment", 3, 6), Change("return", 1, 20))
    ledger.land(Version("toy", "1", 1, (*sent, Change("damaged return", 1, 30))))
    ledger.take_in()
    states = "select available_units, on_hand_units, damaged_units from ops.stock_positions"
    assert ledger.run(states).fetchall() == [(8, 9, 1)]
    assert describe_stock(ledger.connection, "A1").splitlines()[-1].split("  ")[2] == "return +1 (damaged)"
    ledger.land(Version("toy", "1", 2, (*sent, Change("return", 1, 30))))
    ledger.take_in()
    assert ledger.run(states).fetchall() == [(9, 9, 0)]


def test_a_count_holds_for_its_own_moment(ledger: Ledger) -> None:
    """10 lay there at nine, 2 of them promised and sent since. A count of earlier is no news, one of later is."""
    promised = Version("toy", "1", 1, (Change("sale", 2, -5), Change("fulfilment", 2, 20)))
    ledger.land(promised, Version("wms", "count/1", 1, (Change("count", 10, 0),)))
    ledger.take_in()
    assert ledger.available() == 8
    ledger.land(Version("wms", "count/2", 1, (Change("count", 99, -30),)))
    ledger.take_in()
    assert ledger.available() == 8
    ledger.land(Version("wms", "count/3", 1, (Change("count", 6, 30),)))
    ledger.take_in()
    assert ledger.available() == 6


def test_a_level_that_is_gone_leaves_no_position(ledger: Ledger) -> None:
    ledger.level("A1", 5, 0)
    ledger.take_in()
    assert ledger.available() == 5
    ledger.run("update intermediate.int_stock_levels_untaken set location_id = 'ELSEWHERE'")
    ledger.run("update intermediate.int_stock_levels_untaken set landing_file_id = %s", (ledger.level("X", 1, 5),))
    ledger.take_in()
    assert ledger.available() is None


def test_what_a_place_is_counted_by_may_change(ledger: Ledger) -> None:
    """The shop shows 5 and sold 1; then counts are to be believed, and one says 9."""
    ledger.push("A1", 5, 5, "as_wanted", ledger.level("A1", 5, 0))
    ledger.land(sale("1", 1, 10))
    ledger.take_in()
    assert ledger.available() == 4
    ledger.run("update intermediate.int_stock_truths set (source_of_truth, is_running, sources_in_level) = "
               "('count', false, '') where location_id = 'LONDON'")  # fmt: skip
    ledger.take_in()
    assert ledger.available() is None, "nothing was counted yet"
    ledger.land(Version("wms", "count/1", 1, (Change("count", 9, 20, "A1", "LONDON"),)))
    ledger.take_in()
    assert ledger.available() == 8, "the unit sold before the count still lies there, promised"


def test_a_position_says_what_it_is_made_of(ledger: Ledger) -> None:
    """Shopify shows 7 of which 2 fewer by our own write; others sold 4 and took 1 back. Leeds counted 10."""
    ledger.push("A1", 10, 8, "verified", ledger.level("A1", 10, 0))
    ledger.level("A1", 7, 60)
    ledger.land(
        sale("between", 4, 30, Change("cancellation", 1, 45, "A1", "LONDON")),
        Version("wms", "count/1", 1, (Change("count", 10, 0),)),
    )
    ledger.take_in()
    said = describe_stock(ledger.connection, "A1").splitlines()
    assert said == [
        "A1 at LEEDS: 10 can be sold = 10 on hand",
        "  10 were counted at 2011-06-01 09:00 UTC",
        "A1 at LONDON: 6 can be sold = 9 on hand - 3 committed",
        "  Shopify shows 7 since 2011-06-01 10:00 UTC, of which -2 by what we wrote; "
        "added is what others sold since 2011-06-01 09:00 UTC",
        "  2011-06-01 09:30 UTC  sale -4              toy between",
        "  2011-06-01 09:45 UTC  cancellation +1      toy between",
    ]
    assert describe_stock(ledger.connection, "NONE").startswith("nothing was ever counted of NONE")


def test_what_a_channel_shows_stands_beside_what_it_was_made_to_show(ledger: Ledger) -> None:
    """10 were counted; the toy shop was told 10 at minute 10 and sold 2; at minute 30 it shows 7, unexplained."""
    ledger.land(
        Version("wms", "count/1", 1, (Change("count", 10, 0),)),
        Version("toy", "early", 1, (Change("sale", 1, 5),)),
        Version("toy", "since", 1, (Change("sale", 2, 20),)),
        Version("toy", "later", 1, (Change("sale", 4, 40),)),
    )
    ledger.take_in()
    run = ledger.push("A1", 9, 10, "verified", ledger.file("toy", "levels"))
    ledger.run(
        "update ops.availability_pushes set channel_id = 'toy', location_id = 'LEEDS', units_after = 10, "
        "verified_at = %s where push_run_id = %s",
        (at(10), run),
    )
    ledger.run(
        "insert into ops.stock_levels (source, listing_id, location_id, sku, available_units, landing_file_id, read_at)"
        " values ('toy', 'A1', 'LEEDS', 'A1', 7, 1, %s)",
        (at(30),),
    )
    assert describe_stock(ledger.connection, "A1").splitlines()[-1] == (
        "  compared: toy A1 showed 7 at 2011-06-01 09:30 UTC; it showed 10 when we last wrote or looked, at "
        "2011-06-01 09:10 UTC, and sold 2 units in between"
    )
    ledger.run("update ops.availability_pushes set outcome = 'writing'")
    assert "compared" not in describe_stock(ledger.connection, "A1"), "our own write is under way"
    ledger.run("update ops.availability_pushes set outcome = 'verified', verified_at = %s", (at(35),))
    assert "compared" not in describe_stock(ledger.connection, "A1"), "it was read before we wrote"


def test_a_pack_is_compared_in_packs(ledger: Ledger) -> None:
    """The toy shop was told 5 packs of 6 and sold 12 units since; it shows 3 packs of A1, and says nothing of B2."""
    ledger.land(
        Version("wms", "count/1", 1, (Change("count", 30, 0), Change("count", 30, 0, "B2"))),
        Version("toy", "since", 1, (Change("sale", 12, 20),)),
    )
    ledger.run("insert into intermediate.int_listing_parts values ('toy', 'A1-6', 'A1', 6, null, null)")
    ledger.take_in()
    run = ledger.push("A1", 5, 5, "verified", ledger.file("toy", "levels"))
    ledger.run(
        "update ops.availability_pushes set channel_id = 'toy', listing_id = '77', location_id = 'LEEDS', "
        "units_after = 5, verified_at = %s where push_run_id = %s",
        (at(10), run),
    )
    ledger.run(
        "insert into ops.stock_levels (source, listing_id, location_id, sku, available_units, landing_file_id, read_at)"
        " values ('toy', '77', 'LEEDS', 'A1-6', 3, 1, %s)",
        (at(30),),
    )
    assert describe_stock(ledger.connection, "A1").splitlines()[-1] == (
        "  compared: toy 77, which holds 6 of it, showed 3 at 2011-06-01 09:30 UTC; it showed 5 when we last wrote or "
        "looked, at 2011-06-01 09:10 UTC, and can have sold 2 in between"
    )
    assert "compared" not in describe_stock(ledger.connection, "B2")


def test_what_was_sold_before_a_listing_was_known_counts_once_it_is(ledger: Ledger) -> None:
    """A listing without a SKU sold 2; then planners say that it is a pack of 6 of A1, and its orders are read again."""
    ledger.land(Version("wms", "count/1", 1, (Change("count", 20, 0),)))
    ledger.land(Version("toy", "1", 1, (Change("sale", 2, 5, None),)))
    ledger.take_in()
    assert ledger.available() == 20
    kept = "select sum(committed_change) from ops.stock_events where sku is null"
    assert ledger.run(kept).fetchone() == (2,), "it is kept all the same"
    ledger.run("update intermediate.int_stock_events_untaken set sku = 'A1', committed_change = 12 where sku is null")
    ledger.take_in()
    assert ledger.available() == 20, "nothing landed, so nothing is read"
    ledger.run("insert into intermediate.int_listing_parts values ('toy', '1', 'A1', 6, null, null)")
    ledger.take_in()
    assert ledger.available() == 20 - 12
    assert ledger.run(kept).fetchone() == (0,)
    assert ledger.take_in().entries == 0
