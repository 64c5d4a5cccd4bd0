"""Which item a supplier may have meant by a number that its catalogue does not hold."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

LIKENESS = 0.75
"""Of two numbers, 1 is the same; below this a suggestion is a guess."""


def closest_number(said: str, known: Iterable[str]) -> str | None:
    """Return the number that was probably meant, None where none is near.

    Case, signs and leading zeros are how people differ in writing one number:

    >>> closest_number("s05 0042", ["S05-42", "S05-420"])
    'S05-42'
    >>> closest_number("S05-1O234", ["S05-10234", "S05-99999"])
    'S05-10234'
    >>> closest_number("TEAPOT", ["S05-10234"]) is None
    True
    """
    by_form = {_form(number): number for number in sorted(known, reverse=True)}
    if _form(said) in by_form:
        return by_form[_form(said)]
    near = difflib.get_close_matches(_form(said), list(by_form), n=1, cutoff=LIKENESS)
    return by_form[near[0]] if near else None


def _form(number: str) -> str:
    parts = re.findall(r"[A-Z]+|[0-9]+", number.upper())
    return "-".join(part.lstrip("0") or "0" if part.isdecimal() else part for part in parts)
