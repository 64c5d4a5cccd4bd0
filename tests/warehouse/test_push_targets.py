"""Which listings a round looks at: those that do not show what they should, as far as is known."""

from __future__ import annotations

from typing import Any

import pytest

from stockroom.warehouse.pushes import read_targets

BUILT = """
create table intermediate.int_listing_availability (
    channel_id text, listing_id text, place_id text, sku text, location_id text, units numeric,
    based_on_landing_file_id bigint, shown_when_counted integer, read_at timestamptz);
insert into ops.channels (channel_id, channel_name, kind, is_connected)
values ('shopify', 'Shopify', 'online_store', true) on conflict do nothing;
insert into ops.push_runs (channel_id, state, listings) values ('shopify', 'pushed', 1);
"""


@pytest.fixture
def listing(warehouse: Any) -> Any:
    """Put a mug where dbt would, of which Shopify showed 7 when its level was read at 9:00, and a round after it."""
    warehouse.connection.execute(BUILT)

    def put(*, units: int, seen: int, seen_at: str, outcome: str = "verified") -> list[tuple[int, int | None]]:
        run = warehouse.connection.execute
        run(
            "insert into intermediate.int_listing_availability values "
            "('shopify', 'mug', '1', 'MUG', 'LONDON', %s, 1, 7, '2026-03-02 09:00+00')",
            (units,),
        )
        run(
            """
            insert into ops.availability_pushes (push_run_id, channel_id, listing_id, place_id, sku, location_id,
                units_wanted, units_before, units_after, outcome, read_at, verified_at)
            select push_run_id, 'shopify', 'mug', '1', 'MUG', 'LONDON', %(units)s, 7, %(seen)s, %(outcome)s,
                timestamptz '2026-03-02 08:00+00', %(seen_at)s
            from ops.push_runs
            """,
            {"units": units, "seen": seen, "outcome": outcome, "seen_at": f"2026-03-02 {seen_at}+00"},
        )
        return [(target.units, target.shown_when_counted) for target in read_targets(warehouse.connection, "shopify")]

    return put


def test_what_was_seen_to_be_right_after_the_level_was_read_is_not_looked_at_again(listing: Any) -> None:
    assert listing(units=4, seen=4, seen_at="09:00") == []


def test_a_level_that_was_read_after_the_last_look_is_believed(listing: Any) -> None:
    assert listing(units=4, seen=4, seen_at="08:59") == [(4, 7)]


def test_a_figure_that_is_another_since_the_last_look_is_told(listing: Any) -> None:
    assert listing(units=3, seen=4, seen_at="09:01") == [(3, 4)], "4 is what it shows by what we wrote"


def test_what_was_sold_from_while_it_was_written_is_looked_at_again(listing: Any) -> None:
    assert listing(units=4, seen=4, seen_at="09:01", outcome="moved_since") == [(4, 7)]
