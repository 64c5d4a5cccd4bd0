"""Forecasting: our seconds per series against statsforecast's seasonal exponential smoothing, optimised per series.

On M5, on four plan dates of the judged days; ours includes the pools and the look back over half a year of earlier
forecasts, the peer runs warm in `.venv-bench` on one core. Both are timed on a store of a usual size: the 280 series
many times over. The loss is the pinball loss at one half of the demand of the next 14 days: a point forecast has no
other quantile to judge.

    .venv/bin/python benchmarks/bench_forecasting.py FOLDER_WITH_THE_OPEN_DATA
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
from bench_decisions import Store, read_stores

from stockroom.planning import LeadTimeHistory, Policy, fit_pools, plan_items
from stockroom.planning.forecast import fit_forecast_pools, forecast_items
from stockroom.replay import first_days

DAYS = 14
PLANS = 4
COPIES = 20
PEER = Path(__file__).with_name("forecast_with_statsforecast.py")
PEER_PYTHON = Path(__file__).parents[1] / ".venv-bench/bin/python"


def main() -> None:
    """Print seconds per series and losses of both, and their ratios."""
    store = next((store for store in read_stores() if store.name == "M5"), None)
    if store is None:
        return
    series = store.history.items * COPIES
    ours_s, peer_s, ours_loss, peer_loss = zip(*(measure(store, day) for day in plan_days(store)), strict=True)
    ours, peer = statistics.median(ours_s) / series, statistics.median(peer_s) / series
    losses = f"ours {np.mean(ours_loss):.3f}, statsforecast {np.mean(peer_loss):.3f}"
    print(f"ours {ours * 1e3:.3f} ms a series, statsforecast {peer * 1e3:.3f} ms: ratio {peer / ours:.1f}")
    print(f"pinball loss at one half, units a series: {losses}")


def plan_days(store: Store) -> list[int]:
    """Return the first judged day and three more, evenly spread."""
    last = store.history.dates.size - DAYS
    return [int(day) for day in np.linspace(store.first_judged_day, last, PLANS)]


def measure(store: Store, day: int) -> tuple[float, float, float, float]:
    """Return the seconds of ours and of the peer, and the loss of each, on one plan date."""
    known = first_days(store.history, day)
    plan_date: date = (known.dates[-1] + np.timedelta64(1, "D")).astype(date)
    shipments = LeadTimeHistory(supplier=np.full(40, "S"), days=np.full(40, float(DAYS)))
    many = known.take(np.tile(np.arange(known.items), COPIES))
    began = time.perf_counter()
    forecast_items(many, fit_forecast_pools(many))
    ours_s = time.perf_counter() - began
    policy = Policy(review_days=0.001)
    pools = fit_pools(known, shipments, policy, as_of_date=plan_date)
    ours = plan_items(known, shipments, policy, as_of_date=plan_date, pools=pools).forecast_units_per_day * DAYS
    peer_s, peers = run_peer(many.units_sold)
    peer = peers[: known.items]
    demand = store.history.units_sold[:, day : day + DAYS].sum(axis=1)
    return ours_s, peer_s, float(np.abs(demand - ours).mean() / 2), float(np.abs(demand - peer).mean() / 2)


def run_peer(units: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the peer's seconds and its forecast of the whole interval, per series."""
    with tempfile.TemporaryDirectory() as folder:
        panel, forecasts = Path(folder) / "panel.npy", Path(folder) / "forecasts.npy"
        np.save(panel, units)
        command = [str(PEER_PYTHON), str(PEER), str(panel), str(DAYS), str(forecasts)]
        seconds = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])
        return seconds, np.load(forecasts).sum(axis=1)


if __name__ == "__main__":
    main()
