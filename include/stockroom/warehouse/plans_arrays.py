"""Postgres' binary arrays as numpy arrays, without a Python object per number.

Layout: Postgres' ``array_send``: a header of five integers, then each element after its length.
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


def use_numpy_arrays(cursor: psycopg.Cursor[Any]) -> None:
    """Make this cursor return ``integer[]``, ``real[]`` and ``boolean[]`` as arrays; no element may be null."""
    for name, loader in (("int4", _Int4Array), ("float4", _Float4Array), ("bool", _BoolArray)):
        info = cursor.connection.adapters.types[name]
        cursor.adapters.register_loader(info.array_oid, loader)


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
