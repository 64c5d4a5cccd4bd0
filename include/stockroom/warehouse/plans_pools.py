"""What all items of a plan said together: kept by plan date, one row per value, and the same bits when read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, NamedTuple, get_args, get_type_hints

import numpy as np
import psycopg

from stockroom.planning import Pools


class _Value(NamedTuple):
    name: str
    element_kind: str
    shape: list[int]
    numbers: list[float] | None
    words: list[str] | None


def write_pools(connection: psycopg.Connection, plan_date: date, pools: Pools) -> None:
    """Keep the pools of a plan; the caller holds the turn at it and commits.

    Numbers travel as ``double precision``, in binary: infinities and the last bit arrive as they are.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into plan.pools (plan_date, value_name, element_kind, shape, numbers, words)
            values (%s, %s, %s, %s, %b::float8[], %s)
            """,
            [(plan_date, *value) for value in _values(pools, "")],
        )


def read_pools(connection: psycopg.Connection, plan_date: date) -> Pools | None:
    """Return the pools of a plan, to the bit as they were fitted; ``None``: they were not."""
    query = "select value_name, element_kind, shape, numbers, words from plan.pools where plan_date = %s"
    rows = connection.execute(query, (plan_date,), binary=True).fetchall()
    found = {row[0]: _Value(*row) for row in rows}
    pools: Pools | None = _made(Pools, "", found) if found else None
    return pools


def _values(record: Any, path: str) -> Iterator[_Value]:  # noqa: ANN401 -- any frozen dataclass of the pools
    """Yield one value for each array and number in a record and the records within it."""
    for field in fields(record):
        value, name = getattr(record, field.name), f"{path}{field.name}"
        if is_dataclass(value):
            yield from _values(value, f"{name}.")
        elif value is not None:
            array = np.asarray(value)
            if array.dtype.kind not in "fibU":
                raise TypeError(f"pools.{name} is a {type(value).__name__}; only numbers, text and arrays can be kept")
            flat, shape = array.ravel().tolist(), list(array.shape)
            is_text = array.dtype.kind == "U"
            numbers = None if is_text else [float(number) for number in flat]
            yield _Value(name, array.dtype.str, shape, numbers, flat if is_text else None)


def _made(kind: type, path: str, found: Mapping[str, _Value]) -> Any:  # noqa: ANN401 -- an instance of ``kind``
    """Return the record that those values were taken from."""
    hints = get_type_hints(kind)
    given = {}
    for field in fields(kind):
        name = f"{path}{field.name}"
        inner = next((part for part in (hints[field.name], *get_args(hints[field.name])) if is_dataclass(part)), None)
        if isinstance(inner, type) and any(known.startswith(f"{name}.") for known in found):
            given[field.name] = _made(inner, f"{name}.", found)
        elif value := found.get(name):
            array = np.array(value.words if value.numbers is None else value.numbers, dtype=value.element_kind)
            is_single = hints[field.name] in (float, int, bool, str)
            given[field.name] = array.item() if is_single else array.reshape(value.shape)
        else:
            given[field.name] = None
    return kind(**given)
