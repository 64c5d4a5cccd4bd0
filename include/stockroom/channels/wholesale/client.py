"""Where the wholesale folders are; ``stockroom.tabular`` opens them."""

from __future__ import annotations

from pathlib import Path

from stockroom.settings import Settings


def folder(settings: Settings) -> Path | str:
    """Return the folder that the sales office fills."""
    return settings.wholesale_dir


def outgoing(settings: Settings) -> Path | str:
    """Return the folder that customers fetch acknowledgements and availability from."""
    return settings.wholesale_out_dir
