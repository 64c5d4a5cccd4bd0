"""What dbt has made is told by name, down to a column that came with an update."""

from __future__ import annotations

import pytest

from stockroom.warehouse.built import are_built


@pytest.mark.parametrize(
    ("names", "are_there"),
    [
        (["toys.cars"], True),
        (["toys.cars.wheels"], True),
        (["toys.cars", "toys.cars.wheels"], True),
        (["toys.cars", "toys.boats"], False),
        (["toys.cars.sails"], False),
        (["toys.boats.sails"], False),
        (["attic.cars"], False),
    ],
    ids=["a table", "a column", "both", "no such table", "no such column", "a column of no table", "no such schema"],
)
def test_all_that_is_named_is_there_or_not(warehouse, names, are_there):
    warehouse.connection.execute("create schema toys; create table toys.cars (wheels integer)")
    assert are_built(warehouse.connection, *names) is are_there
