"""A built world on disk, so that a second start needs no simulation: one folder of plain ``.npy`` columns."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sample_store.world import tables
from sample_store.world.build import World, build_world
from sample_store.world.catalogue import Product
from sample_store.world.outcome import PlacedOrder
from sample_store.world.source import SOURCE_PATH

_PACKAGE = Path(__file__).parents[1]
_TABLES = {
    "orders": tables.Orders,
    "lines": tables.OrderLines,
    "refunds": tables.Refunds,
    "wholesale": tables.WholesaleLines,
    "adjustments": tables.Adjustments,
    "purchases": tables.PurchaseLines,
    "receipts": tables.Receipts,
    "backorders": tables.Backorders,
    "requests": tables.Requests,
    "lost": tables.LostDemand,
    "movements": tables.Movements,
}
MAPPED_FROM_BYTES = 2_000_000
_COLUMNS = ("product_created_at", "product_retired_at", "opening_units", "is_stocked", "was_marked_down")


@cache
def _code_and_data() -> bytes:
    """Return a digest of the data and of all code that shapes the world."""
    digest = sha256(SOURCE_PATH.read_bytes())
    for path in (_PACKAGE / "draws.py", _PACKAGE / "local_time.py", *sorted((_PACKAGE / "world").glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.digest()


def world_key(placed_orders: Sequence[PlacedOrder] = ()) -> str:
    """Return a name for the world that this code makes of this data and these orders."""
    digest = sha256(_code_and_data())
    digest.update(json.dumps([asdict(order) for order in placed_orders]).encode())
    return digest.hexdigest()[:16]


def open_world(folder: Path, placed_orders: Sequence[PlacedOrder] = ()) -> World:
    """Return the world from the cache below ``folder``; build and keep it first where it is not there yet.

    Columns are mapped, not read: a page of the file costs memory only once somebody looks at it.
    """
    place = folder / world_key(placed_orders)
    if not (place / "complete").exists():
        for stale in folder.glob("*"):
            if stale.name != world_key():  # the world without orders stays: a store that begins anew starts from it
                shutil.rmtree(stale)
        gc.disable()  # a build makes millions of small objects and no cycles: collecting them costs a third of the time
        try:
            save_world(build_world(placed_orders), place)
        finally:
            gc.enable()
    return load_world(place)


def save_world(world: World, place: Path) -> None:
    """Write a world's columns and catalogue to an empty folder."""
    place.mkdir(parents=True)
    for name in _COLUMNS:
        np.save(place / f"{name}.npy", getattr(world, name), allow_pickle=False)
    for table in _TABLES:
        for column, values in vars(getattr(world, table)).items():
            np.save(place / f"{table}.{column}.npy", values, allow_pickle=False)
    (place / "products.json").write_text(json.dumps([asdict(product) for product in world.products]))
    (place / "complete").touch()


def load_world(place: Path) -> World:
    """Return the world that a folder holds."""

    def column(name: str) -> Any:  # noqa: ANN401 - numpy does not say what a file holds
        file = place / f"{name}.npy"
        # A mapped file keeps a descriptor open for as long as its world lives, and a user has about a thousand of them.
        mode: Literal["r"] | None = "r" if file.stat().st_size >= MAPPED_FROM_BYTES else None
        return np.asarray(np.load(file, mmap_mode=mode, allow_pickle=False))

    found: dict[str, Any] = {name: column(name) for name in _COLUMNS}
    for table, kind in _TABLES.items():
        found[table] = kind(**{each.name: column(f"{table}.{each.name}") for each in fields(kind)})
    products = tuple(Product(**each) for each in json.loads((place / "products.json").read_text()))
    return World(products=products, **found)
