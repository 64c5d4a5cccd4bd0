"""The published contract of eBay's Sell APIs, as far as it is spoken here: which fields a type has, and of what kind.

``ebay_shapes.json`` holds types, fields and kinds of the OpenAPI descriptions (Fulfillment 1.20.0, Inventory 1.17.4),
their words left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SHAPES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "ebay_shapes.json").read_text())
KINDS: dict[str, type] = {"string": str, "integer": int, "boolean": bool}


def breaches(document: Any, kind: Any, path: str = "") -> list[str]:
    """Return what a document holds that its type does not have, or has otherwise."""
    if isinstance(kind, list):
        if not isinstance(document, list):
            return [f"{path} is no list"]
        return [found for number, each in enumerate(document) for found in breaches(each, kind[0], f"{path}[{number}]")]
    if kind in KINDS:
        return [] if type(document) is KINDS[kind] else [f"{path} is no {kind}: {document!r}"]
    if kind not in SHAPES:
        return [f"{path}: the type {kind} is not written down here"]
    unknown = [f"{path}.{name} is no field of {kind}" for name in document if name not in SHAPES[kind]]
    known = [name for name in document if name in SHAPES[kind]]
    return unknown + [
        found for name in known for found in breaches(document[name], SHAPES[kind][name], f"{path}.{name}")
    ]
