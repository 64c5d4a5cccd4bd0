"""The array types that planning passes around, and the one way it checks them."""

from __future__ import annotations

from numbers import Real
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
CountArray: TypeAlias = npt.NDArray[np.signedinteger[Any]]
"""Whole numbers of any width: a panel of days may be narrow to save memory."""
BoolArray: TypeAlias = npt.NDArray[np.bool_]
PlanArray: TypeAlias = npt.NDArray[np.bool_] | npt.NDArray[np.floating[Any]]
"""What is planned for days: shares, or yes and no."""
TextArray: TypeAlias = npt.NDArray[np.str_]
DateArray: TypeAlias = npt.NDArray[np.datetime64]


_GREATEST_INTEGER = 2.0**62
"""Beyond it a sum of two would no longer be a whole number of 64 bits."""


class PlanningError(ValueError):
    """What was handed to planning cannot be planned; the message names the field, the row and the mend."""


def as_array(field: str, values: object) -> npt.NDArray[Any]:
    """Return ``values`` as an array; raise PlanningError naming the field where rows differ in length."""
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise PlanningError(f"{field}: {error}") from None


def as_floats(field: str, values: object) -> FloatArray:
    """Return ``values`` as floats, unchecked; raise PlanningError naming the field where they are no numbers."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise PlanningError(f"{field}: {error}") from None


def floats(field: str, values: object, shape: tuple[int, ...], *, least: float | None = 0.0) -> FloatArray:
    """Return ``values`` as finite floats of ``shape``, none under ``least`` (``None``: no bound).

    Raises:
        PlanningError: another shape, NaN, infinity or a value under ``least``; names the field and the first row.
    """
    array = as_floats(field, values)
    _same_shape(field, array.shape, shape)
    _refuse(field, array, ~np.isfinite(array), "is not a number")
    if least is not None:
        _refuse(field, array, array < least, f"is under {least:g}")
    return np.ascontiguousarray(array)


def integers(field: str, values: object, shape: tuple[int, ...], *, least: int | None = 0) -> IntArray:
    """Return ``values`` as whole numbers of ``shape``, none under ``least`` (``None``: no bound).

    Raises:
        PlanningError: another shape, NaN, a fraction or a value under ``least``; names the field and the first row.
    """
    array = as_array(field, values)
    _same_shape(field, array.shape, shape)
    if array.dtype.kind not in "iu":
        number = as_floats(field, array)
        _refuse(field, number, ~np.isfinite(number), "is not a number")
        _refuse(field, number, number != np.floor(number), "is not a whole number")
        array = number
    if least is not None:
        _refuse(field, array, array < least, f"is under {least}")
    _refuse(field, array, array > _GREATEST_INTEGER, "is too large")
    return np.ascontiguousarray(array, dtype=np.int64)


def booleans(field: str, values: object, shape: tuple[int, ...]) -> BoolArray:
    """Return ``values`` as booleans of ``shape``; raise PlanningError naming the field otherwise."""
    array = np.asarray(values)
    _same_shape(field, array.shape, shape)
    if array.dtype.kind != "b":
        raise PlanningError(f"{field} holds {array.dtype}, not true and false")
    return np.ascontiguousarray(array)


def texts(field: str, values: object, shape: tuple[int, ...]) -> TextArray:
    """Return ``values`` as text of ``shape``; raise PlanningError naming the field and the first row otherwise.

    Numbers are names too, but what is missing (None, NaN) is not: it must not become the text "None".
    """
    array = values if isinstance(values, np.ndarray) else np.asarray(values, dtype=np.object_)
    _same_shape(field, array.shape, shape)
    if array.dtype.kind in "Of":
        # Not by comparing the array with itself: a missing value of pandas is neither true nor false.
        is_text = [isinstance(value, str) or (isinstance(value, Real) and value == value) for value in array.flat]
        wrong = ~np.array(is_text, dtype=np.bool_).reshape(shape)
        _refuse(field, array, wrong, "is no text; what is not known is the empty text")
    return array.astype(np.str_, copy=False)


def _same_shape(field: str, got: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if got != wanted:
        raise PlanningError(f"{field} has shape {got}; it needs {wanted}")


def _refuse(field: str, array: npt.NDArray[np.generic], wrong: BoolArray, why: str) -> None:
    if wrong.any():
        where = tuple(int(index) for index in np.argwhere(wrong)[0])
        place = f"row {where[0]}" + (f", day {where[1]}" if len(where) > 1 else "")
        raise PlanningError(f"{field}: {array[where]} at {place} {why}")
