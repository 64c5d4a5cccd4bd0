"""Draws that depend on nothing but a seed and the names of what is drawn: the same world on every machine."""

from __future__ import annotations

import math
from hashlib import blake2b
from statistics import NormalDist

SEED = "sample-store-1"
_STANDARD_NORMAL = NormalDist()


def uniform(*names: object) -> float:
    """Return a number in (0, 1) that is fixed by ``SEED`` and the names."""
    text = "|".join((SEED, *map(str, names)))
    number = int.from_bytes(blake2b(text.encode(), digest_size=7).digest())
    return (number + 0.5) / 2.0**56


def between(low: float, high: float, *names: object) -> float:
    """Return a number in (low, high), uniform."""
    return low + (high - low) * uniform(*names)


def normal(*names: object) -> float:
    """Return a standard normal number."""
    return _STANDARD_NORMAL.inv_cdf(uniform(*names))


def lognormal(sigma: float, *names: object) -> float:
    """Return a positive factor with median 1 and the given spread of its logarithm."""
    return math.exp(sigma * normal(*names))


def choice(options: tuple[str, ...], *names: object) -> str:
    """Return one of the options, each as likely as the others."""
    return options[int(uniform(*names) * len(options))]
