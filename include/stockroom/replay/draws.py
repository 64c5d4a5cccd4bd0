"""Lead times written down before anybody orders: one draw per key and evening, from a seed.

The uniform draw depends on seed, key and day alone, so neither a policy, nor another item, nor a shard changes it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from scipy import stats

from stockroom.replay.scenario import FloatArray, IntArray, TextArray


def uniforms(keys: TextArray, days: int, *, seed: int) -> FloatArray:
    """Return draws between 0 and 1, (keys, days); equal keys draw equally.

    >>> draws = uniforms(np.array(["mug", "cup", "mug"]), 4, seed=1)
    >>> bool((draws[0] == draws[2]).all()), bool((draws[0] == draws[1]).any())
    (True, False)
    """
    distinct, row = np.unique(keys, return_inverse=True)
    drawn = [np.random.default_rng([seed, zlib.crc32(key.encode())]).random(days) for key in distinct.tolist()]
    return np.array(drawn, dtype=np.float64).reshape(distinct.size, days)[row]


def fixed_days(draws: FloatArray, days: int) -> IntArray:
    """Return the same lead time for every order, in the shape of ``draws``."""
    return np.full(draws.shape, days, dtype=np.int64)


def gamma_days(draws: FloatArray, *, mean: float, cv: float) -> IntArray:
    """Return gamma lead times of that mean and coefficient of variation, in whole days, at least 1.

    >>> gamma_days(np.array([0.01, 0.5, 0.99]), mean=14, cv=0.4).tolist()
    [4, 13, 30]
    """
    shape = 1.0 / cv**2
    return _whole_days(stats.gamma.ppf(draws, shape, scale=mean / shape))


def mixed_days(draws: FloatArray, days: Sequence[float], shares: Sequence[float] | None = None) -> IntArray:
    """Return lead times among ``days`` with those shares (default: equal), e.g. past receipts drawn again.

    >>> mixed_days(np.array([0.0, 0.89, 0.9, 0.99]), (10, 35), (0.9, 0.1)).tolist()
    [10, 10, 35, 35]
    """
    weights = np.ones(len(days)) if shares is None else np.asarray(shares, dtype=np.float64)
    limits = np.cumsum(weights / weights.sum())
    chosen = np.searchsorted(limits, draws, side="right").clip(max=len(days) - 1)
    return _whole_days(np.asarray(days, dtype=np.float64)[chosen])


def _whole_days(days: FloatArray) -> IntArray:
    """Return days as a calendar has them: rounded, and never the evening of the order itself."""
    return np.maximum(np.rint(days), 1.0).astype(np.int64)
