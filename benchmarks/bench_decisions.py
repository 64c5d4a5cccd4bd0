"""Cost of our decisions against every rule a user would pick instead, on open data, each rule at all its targets.

Two stores (the retail orders that the sample store is made of, April to June 2011; 280 series of M5, the last 115 days
of 2015) under three kinds of lead time: 14 days, gamma around 14 days, and 10 days with every tenth order taking 35.
Levels are set weekly, stock is looked at daily, an order costs 10, goods are bought at 60 % of their price, and holding
them costs 25 % a year. The rivals run in the same replay on the same demand and the same draws.

    .venv/bin/python benchmarks/bench_decisions.py FOLDER_WITH_THE_OPEN_DATA
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stockroom.planning import ItemHistory
from stockroom.replay import (
    Replay,
    Scenario,
    Shipments,
    built_in_policies,
    cut_scenario,
    fixed_days,
    gamma_days,
    mixed_days,
    replay_policies,
    totals,
    uniforms,
)

RETAIL = Path(__file__).parent.parent / "include/sample_store/data/online_retail.parquet"
M5 = "m5_tiny_280series_to_2015-12-31.parquet"
COST_SHARE = 0.6
PAST_SHIPMENTS = 40
SEED = 20110630


@dataclass(frozen=True)
class Store:
    """One set of items, and the index of its first judged day."""

    name: str
    history: ItemHistory
    first_judged_day: int


def main() -> None:
    """Play every cell and print ours beside the best of all others."""
    for store in read_stores():
        for kind in ("fixed", "gamma", "two humps"):
            scenario = judge(store, kind)
            print_cell(f"{store.name}, {kind}", replay_policies(scenario, built_in_policies(scenario)))


def read_stores() -> list[Store]:
    """Return the retail store, and M5 (not shipped) where the folder that the command line names holds it."""
    file = Path(sys.argv[1], M5) if len(sys.argv) > 1 else None
    if file is None or not file.exists():
        print(f"M5 is left out; name the folder that holds {M5}", flush=True)
        return [read_retail(RETAIL)]
    return [read_retail(RETAIL), read_m5(file)]


def judge(store: Store, kind: str) -> Scenario:
    """Return the scenario of one cell: what suppliers had shown before is drawn like what comes."""
    judged = store.history.dates.size - store.first_judged_day
    draws = uniforms(store.history.item_key, judged, seed=SEED)
    before = uniforms(np.array(["before"]), PAST_SHIPMENTS, seed=SEED)
    return cut_scenario(
        store.history,
        lead_times(kind, draws),
        first_judged_day=store.first_judged_day,
        shipments=Shipments(
            supplier=np.full(PAST_SHIPMENTS, "S"),
            sent_day=-40 - 3 * np.arange(PAST_SHIPMENTS),
            days=lead_times(kind, before)[0].astype(np.float64),
        ),
    )


def lead_times(kind: str, draws: np.ndarray) -> np.ndarray:
    """Return whole days for uniform draws."""
    if kind == "fixed":
        return fixed_days(draws, 14)
    if kind == "gamma":
        return gamma_days(draws, mean=14, cv=0.4)
    return mixed_days(draws, (10, 35), (0.9, 0.1))


def print_cell(title: str, replay: Replay) -> None:
    """Print ours, the best rival and the clairvoyant of one cell."""
    if replay.ours is None or replay.best_other is None:
        raise SystemExit("the benchmark needs ours and a rival")
    ours, best, bound = totals(replay.ours), totals(replay.best_other), totals(replay.clairvoyant)
    saving = replay.saving[replay.best_other.name]
    print(
        f"{title}: ours {ours.cost:,.0f} (stockout days {ours.stockout_share:.2%}, lost {ours.lost_margin:,.0f}, "
        f"carrying {ours.carrying:,.0f}, ordering {ours.ordering:,.0f}); best of {len(replay.others)} others "
        f"{best.cost:,.0f} ({replay.best_other.name}; {best.stockout_share:.2%}, lost {best.lost_margin:,.0f}, "
        f"carrying {best.carrying:,.0f}, ordering {best.ordering:,.0f}); saving {1 - ours.cost / best.cost:.1%} "
        f"[{saving.low:.1%}, {saving.high:.1%}]; clairvoyant {bound.cost:,.0f}",
        flush=True,
    )


def read_retail(path: Path) -> Store:
    """Return the 1,500 SKUs that sold most before April; returns, corrections and what is no product left out."""
    rows = pd.read_parquet(path).drop_duplicates()
    is_sale = (rows["Quantity"] > 0) & (rows["UnitPrice"] > 0) & (rows["Quantity"] < 20_000)
    rows = rows[is_sale & rows["StockCode"].str.match(r"^\d{5}")]
    sku, day = rows["StockCode"].astype(str).str.upper(), rows["InvoiceDate"].dt.normalize()
    days = pd.date_range("2010-12-01", "2011-06-30")
    units = rows.groupby([sku, day])["Quantity"].sum().unstack(fill_value=0).reindex(columns=days, fill_value=0)
    judged = int((days < pd.Timestamp("2011-04-01")).sum())
    most = units.iloc[:, :judged].sum(axis=1).sort_values(ascending=False, kind="stable").index[:1500]
    price = rows.groupby(sku)["UnitPrice"].median().loc[most].to_numpy()
    return Store("retail", history_of(units.loc[most], price, np.full(1500, "gifts")), judged)


def read_m5(path: Path) -> Store:
    """Return the 280 series; the last 115 days are judged."""
    rows = pd.read_parquet(path)
    key = rows["item_id"].astype(str) + " " + rows["store_id"].astype(str)
    units = rows.assign(key=key).pivot(index="key", columns="date", values="value").fillna(0).astype(np.int64)
    judged = units.shape[1] - 115
    prices = rows.assign(key=key).pivot(index="key", columns="date", values="sell_price").ffill(axis=1).bfill(axis=1)
    category = rows.assign(key=key).groupby("key")["dept_id"].first().astype(str).loc[units.index]
    return Store("M5", history_of(units, prices.iloc[:, judged - 1].to_numpy(), category.to_numpy()), judged)


def history_of(units: pd.DataFrame, price: np.ndarray, category: np.ndarray) -> ItemHistory:
    """Return planning's view of a panel of sales in which nothing was ever out."""
    return ItemHistory(
        dates=units.columns.to_numpy().astype("datetime64[D]"),
        units_sold=units.to_numpy().astype(np.int64),
        unit_price=price,
        unit_cost=COST_SHARE * price,
        supplier=np.full(len(units), "S"),
        category=category.astype(np.str_),
        item_key=units.index.to_numpy().astype(np.str_),
        fraction_in_stock=np.ones(units.shape, dtype=np.float32),
    )


if __name__ == "__main__":
    main()
