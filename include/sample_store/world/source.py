"""The real sales, read from the vendored file without any correction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sample_store.local_time import wall_clock_to_utc

SOURCE_PATH = Path(__file__).parents[1] / "data" / "online_retail.parquet"

PRODUCT_CODE = re.compile(r"\d{5}[A-Z]{0,2}|DCGS\w+|PADS")
"""Codes of goods; the others (POST, DOT, M, D, BANK CHARGES, gift vouchers …) are charges, discounts and papers."""

NO_CUSTOMER = 0


@dataclass(frozen=True)
class SourceLines:
    """One row per line of the source, in its order; the row number is a line's identity for ever."""

    invoice: list[str]
    code: list[str]
    """As typed: mixed case."""
    sku: list[str]
    """The code folded: ``upper(trim(code))``."""
    description: list[str]
    """As typed, padding included; empty where the source has none."""
    units: NDArray[np.int64]
    at: NDArray[np.int64]
    """Seconds since 1970, UTC."""
    unit_price: NDArray[np.float64]
    customer: NDArray[np.int64]
    """0 where the source names no customer."""
    country: list[str]


def read_source(path: Path = SOURCE_PATH) -> SourceLines:
    """Return the source's lines, oldest first."""
    # Here, not above: only a build of the world reads Parquet, a later start does without the library.
    import pyarrow.parquet as pq

    table = pq.read_table(path)

    def texts(name: str) -> list[str]:
        column = table[name].combine_chunks()
        words = [word or "" for word in column.dictionary.to_pylist()]
        return [words[index] if index >= 0 else "" for index in column.indices.fill_null(-1).to_numpy().tolist()]

    code = texts("StockCode")
    folded = {each: each.strip().upper() for each in set(code)}
    return SourceLines(
        invoice=texts("InvoiceNo"),
        code=code,
        sku=[folded[each] for each in code],
        description=texts("Description"),
        units=table["Quantity"].to_numpy().astype(np.int64),
        at=wall_clock_to_utc(table["InvoiceDate"].to_numpy().astype("datetime64[s]").astype(np.int64)),
        unit_price=table["UnitPrice"].to_numpy().astype(np.float64),
        customer=table["CustomerID"].fill_null(NO_CUSTOMER).to_numpy().astype(np.int64),
        country=texts("Country"),
    )


@cache
def is_product_code(sku: str) -> bool:
    """Say whether a folded code names goods.

    >>> is_product_code("85123A"), is_product_code("POST")
    (True, False)
    """
    return PRODUCT_CODE.fullmatch(sku) is not None


@cache
def looks_like_a_title(description: str) -> bool:
    """Say whether a description names a product (capitals) rather than a warehouse note ("thrown away", "?").

    >>> looks_like_a_title("WHITE METAL LANTERN"), looks_like_a_title("wet/rusty")
    (True, False)
    """
    letters = [each for each in description if each.isalpha()]
    return len(letters) >= 3 and sum(each.isupper() for each in letters) > 0.6 * len(letters)
