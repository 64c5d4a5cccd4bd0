"""What nobody in a real shop could know: wanted and lost units, stock at each day's end. For tests, never a source."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np

from sample_store.local_time import midnight
from sample_store.world.build import World
from sample_store.world.buyer import DAYS, FIRST_DAY
from sample_store.world.demand import CHANNELS, WISH, classify
from sample_store.world.places import LOCATIONS
from sample_store.world.source import read_source
from sample_store.world.tables import Column


def write_truth(world: World, folder: Path) -> None:
    """Write ``latent_demand``, ``lost_demand`` and ``stock_daily`` as Parquet files."""
    # Here, not above: a store that starts from its cache does without the library.
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    skus = np.array([product.sku for product in world.products], np.str_)
    locations = np.array([location.location_id for location in LOCATIONS], np.str_)
    dates = np.array([(FIRST_DAY + timedelta(days=day)).isoformat() for day in range(DAYS)], "datetime64[D]")
    channels = np.array(CHANNELS, np.str_)

    def write(name: str, columns: dict[str, Column]) -> None:
        pq.write_table(pa.table(columns), folder / f"{name}.parquet", compression="zstd")

    def dictionary(values: Column, index: Column) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(values.tolist()))

    source = read_source()
    demand = classify(source)
    number_of = {sku: number for number, sku in enumerate(skus.tolist())}
    product = np.array([number_of.get(sku, -1) for sku in source.sku], np.int64)
    wish = (demand.kind == WISH) & (product >= 0)
    key = (product * 3 + demand.location)[wish] * DAYS + day_of(source.at[wish])
    cells, where = np.unique(key, return_inverse=True)
    item = cells // DAYS
    write(
        "latent_demand",
        {
            "date": dates[cells % DAYS],
            "sku": dictionary(skus, item // 3),
            "location_id": dictionary(locations, item % 3),
            "units": np.bincount(where, weights=source.units[wish]).astype(np.int64),
        },
    )
    lost = world.lost
    write(
        "lost_demand",
        {
            "source_row": np.asarray(lost.source_row),
            "occurred_at": np.asarray(lost.at).astype("datetime64[s]"),
            "sku": dictionary(skus, lost.product),
            "location_id": dictionary(locations, lost.location),
            "channel_id": dictionary(channels, lost.channel),
            "wanted_units": np.asarray(lost.wanted_units),
            "sold_units": np.asarray(lost.sold_units),
        },
    )
    stocked = np.flatnonzero(world.is_stocked)
    closing = closing_stock(world)[stocked]
    write(
        "stock_daily",
        {
            "date": np.tile(dates, len(stocked)),
            "sku": dictionary(skus, np.repeat(stocked // 3, DAYS)),
            "location_id": dictionary(locations, np.repeat(stocked % 3, DAYS)),
            "available_units_at_close": closing.reshape(-1),
        },
    )


def closing_stock(world: World) -> Column:
    """Return available units at the end of each day of the half-year: shape (items, days)."""
    change = np.zeros((len(world.opening_units), DAYS), np.int64)
    moves = world.movements
    day = day_of(moves.at)
    inside = day < DAYS
    np.add.at(change, (moves.item[inside], day[inside]), moves.available_change[inside])
    closing: Column = world.opening_units[:, None] + change.cumsum(axis=1)
    return closing


def day_of(moments: Column) -> Column:
    """Return local days counted from 2010-12-01; moments after the half-year get ``DAYS``."""
    starts = np.array([midnight(FIRST_DAY + timedelta(days=day)) for day in range(DAYS + 1)], np.int64)
    found: Column = np.searchsorted(starts, moments, side="right") - 1
    return found
