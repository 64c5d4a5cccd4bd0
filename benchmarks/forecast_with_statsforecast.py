"""Forecast a panel of series with statsforecast; prints the seconds that fitting and forecasting took, warm.

Runs in `.venv-bench`: `.venv-bench/bin/python benchmarks/forecast_with_statsforecast.py PANEL.npy DAYS FORECASTS.npy`.
The panel is (series, days); the forecasts of the next DAYS are written as (series, DAYS).
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import SeasonalExponentialSmoothingOptimized

WEEK = 7
WARM_UP_SERIES = 4


def main() -> None:
    """Compile on a few series, then time them all."""
    panel, days = np.load(sys.argv[1]), int(sys.argv[2])
    model = StatsForecast(models=[SeasonalExponentialSmoothingOptimized(season_length=WEEK)], freq="D", n_jobs=1)
    model.forecast(df=long_form(panel[:WARM_UP_SERIES]), h=days)
    frame = long_form(panel)
    began = time.perf_counter()
    forecasts = model.forecast(df=frame, h=days)
    print(time.perf_counter() - began)
    column = forecasts["SeasESOpt"] if "SeasESOpt" in forecasts else forecasts.iloc[:, -1]
    np.save(sys.argv[3], column.to_numpy(dtype=np.float64).reshape(panel.shape[0], days))


def long_form(panel: np.ndarray) -> pd.DataFrame:
    """Return one row per series and day."""
    series, days = panel.shape
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(series), days),
            "ds": np.tile(pd.date_range("2011-01-29", periods=days), series),
            "y": panel.ravel().astype(np.float64),
        }
    )


if __name__ == "__main__":
    main()
