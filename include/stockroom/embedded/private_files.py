"""Small JSON files that only their owner can read: keys and logins."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path


def read_private(file: Path) -> dict[str, str]:
    """Return the strings of a private file; nothing if it is missing or damaged."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def write_private(file: Path, content: Mapping[str, str]) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=2)
    unfinished.replace(file)


def keep_private(file: Path, makers: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """Return one value per name: the one that the file holds, else a new one, which the file then holds."""
    known = read_private(file)
    kept = {name: known.get(name) or make() for name, make in makers.items()}
    if kept != known:
        write_private(file, kept)
    return kept
