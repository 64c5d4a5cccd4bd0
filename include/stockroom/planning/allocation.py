"""Which location an order line ships from: the nearest that has all of it, and several only where none has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray

NO_PLACE = -1


@dataclass(frozen=True, eq=False)
class Allocated:
    """Where ``n`` order lines ship from, of ``p`` places."""

    units: IntArray
    """(n, p) from each place."""
    missing_units: IntArray
    """(n,) that no place has."""
    place: IntArray
    """(n,) the one place that ships all of it; -1 where several do, or none can."""
    nearest: IntArray
    """(n,) the place that would have been nearest, whatever it has; -1 without any."""

    @property
    def is_split(self) -> BoolArray:
        """Return which lines leave from more than one place."""
        return np.asarray((self.units > 0).sum(axis=1) > 1)


def allocate(wanted_units: IntArray, item: IntArray, available_units: IntArray, far: FloatArray) -> Allocated:
    """Return where order lines ship from, the first line served first.

    Each goes whole to the nearest place that has enough. Where none has, it is split from the nearest on: as few
    parcels as the stock allows are not looked for, the way is.

    Args:
        wanted_units: (n,) of each line, oldest order first.
        item: (n,) number of the item, a row of ``available_units``.
        available_units: (items, p) what each place can sell; below 0 counts as nothing.
        far: (n, p) how far each place is, by any measure; infinite where it may not ship from there.

    The near place has 1 and the far one 5. Whoever wants 2 gets them from afar, and the next one the near unit:

    >>> found = allocate(np.array([2, 1, 4]), np.zeros(3, int), np.array([[1, 5]]), np.array([[1.0, 9.0]] * 3))
    >>> found.units.tolist(), found.missing_units.tolist(), found.place.tolist()
    ([[0, 2], [1, 0], [0, 3]], [0, 0, 1], [1, 0, -1])
    """
    left = np.maximum(available_units, 0).astype(np.int64)
    units = np.zeros(far.shape, dtype=np.int64)
    place = np.full(wanted_units.size, NO_PLACE, dtype=np.int64)
    order = np.argsort(far, axis=1, kind="stable")
    for line in range(wanted_units.size):
        wanted, has = int(wanted_units[line]), left[item[line]]
        places = [one for one in order[line].tolist() if np.isfinite(far[line, one])]
        whole = next((one for one in places if has[one] >= wanted), NO_PLACE)
        place[line] = whole
        for one in [whole] if whole != NO_PLACE else places:
            units[line, one] = min(wanted, int(has[one]))
            wanted -= int(units[line, one])
        left[item[line]] = has - units[line]
    can = np.isfinite(far).any(axis=1) if far.size else np.zeros(wanted_units.size, dtype=bool)
    nearest = np.where(can, order[:, 0] if far.size else NO_PLACE, NO_PLACE)
    return Allocated(units, wanted_units - units.sum(axis=1), place, nearest)
