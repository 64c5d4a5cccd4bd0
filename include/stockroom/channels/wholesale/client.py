"""Where the wholesale folder is; ``stockroom.tabular`` reads it."""

from __future__ import annotations

from pathlib import Path

from stockroom.settings import Settings


def folder(settings: Settings) -> Path | str:
    """Return the folder that the sales office fills."""
    return settings.wholesale_dir
