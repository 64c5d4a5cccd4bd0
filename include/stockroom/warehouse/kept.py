"""What is kept of a record: the fields that its stream declares, and nothing that stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

Json = Any


@cache
def _tree(places: tuple[str, ...]) -> Mapping[str, Any]:
    """Return places as names that lead to names; one that leads to none is kept as it is."""
    tree: dict[str, Any] = {}
    for place in places:
        held = tree
        for name in place.split("."):
            held = held.setdefault(name, {})
    return tree


def only_kept(document: Json, keeps: tuple[str, ...]) -> Json:
    """Return a document with those places alone that ``Stream.keeps`` names; all of it where that names none.

    >>> order = {"id": 7, "billing": {"phone": "020 7946 0000"}, "lines": [{"sku": "A", "note": "For Ada"}]}
    >>> only_kept(order, ("id", "lines.sku"))
    {'id': 7, 'lines': [{'sku': 'A'}]}
    >>> gift, units = {"key": "gift", "value": "For Ada"}, {"key": "_reduced_stock", "value": "2"}
    >>> only_kept({"meta_data": [gift, units]}, ("meta_data.key=_reduced_stock",))
    {'meta_data': [{'key': '_reduced_stock', 'value': '2'}]}
    """
    return _kept(document, _tree(keeps))


def _kept(held: Json, tree: Mapping[str, Any]) -> Json:
    if not tree:
        return held
    if isinstance(held, list):
        values = [name.split("=", 1) for name in tree if "=" in name]
        return [each for each in held if _has_one(each, values)] if values else [_kept(each, tree) for each in held]
    if isinstance(held, dict):
        return {name: _kept(held[name], below) for name, below in tree.items() if name in held}
    return held  # no object where one should be: for the checks to refuse


def _has_one(element: Json, values: list[list[str]]) -> bool:
    return isinstance(element, dict) and any(element.get(name) == value for name, value in values)
