"""Postgres' binary arrays and rows as numpy arrays, without a Python object per number.

Layouts: Postgres' ``array_send`` and ``COPY … (format binary)``; see *Binary Format* under COPY in its manual.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import pq
from psycopg.abc import Buffer
from psycopg.adapt import Loader

_ARRAY_HEADER_BYTES = 20
_COPY_HEADER_BYTES = 19
_COPY_ROW = np.dtype(
    [("fields", ">i2"), ("n0", ">i4"), ("c0", ">i4"), ("n1", ">i4"), ("c1", ">i4"), ("n2", ">i4"), ("c2", ">i4")]
)


def use_numpy_arrays(cursor: psycopg.Cursor[Any]) -> None:
    """Make this cursor return ``integer[]``, ``real[]`` and ``boolean[]`` as arrays; no element may be null."""
    for name, loader in (("int4", _Int4Array), ("float4", _Float4Array), ("bool", _BoolArray)):
        info = cursor.connection.adapters.types[name]
        cursor.adapters.register_loader(info.array_oid, loader)


def copy_integers(connection: psycopg.Connection, query: str) -> npt.NDArray[np.int64]:
    """Return the rows of a query of three ``integer`` columns without nulls as an array of shape (rows, 3).

    Raises:
        ValueError: the query returns something else.
    """
    with connection.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format binary)") as copy:
        stream = b"".join(bytes(part) for part in copy)
    body = stream[_COPY_HEADER_BYTES:-2]
    if len(body) % _COPY_ROW.itemsize:
        raise ValueError("the query does not return three integer columns without nulls")
    rows = np.frombuffer(body, dtype=_COPY_ROW)
    if np.any(rows["fields"] != 3) or any(np.any(rows[size] != 4) for size in ("n0", "n1", "n2")):
        raise ValueError("the query does not return three integer columns without nulls")
    return np.stack([rows["c0"], rows["c1"], rows["c2"]], axis=1).astype(np.int64)


class _FixedWidthArray(Loader):
    format = pq.Format.BINARY
    element: npt.DTypeLike

    def load(self, data: Buffer) -> npt.NDArray[Any]:
        """Return the elements: a header, then each with its length before it."""
        element = np.dtype([("bytes", ">i4"), ("value", self.element)])
        body = bytes(data)[_ARRAY_HEADER_BYTES:]
        if len(body) % element.itemsize:
            raise ValueError("the array holds nulls, or more than one dimension")
        return np.frombuffer(body, dtype=element)["value"]


class _Int4Array(_FixedWidthArray):
    element = ">i4"


class _Float4Array(_FixedWidthArray):
    element = ">f4"


class _BoolArray(_FixedWidthArray):
    element = "?"
