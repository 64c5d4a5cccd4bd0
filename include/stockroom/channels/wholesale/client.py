"""Where the wholesale folders are; ``stockroom.tabular`` opens them."""

from __future__ import annotations

from pathlib import Path

from stockroom.settings import Settings, SettingsError
from stockroom.tabular.drops import is_set


def folder(settings: Settings) -> Path | str:
    """Return the folder that the sales office fills."""
    return settings.wholesale_dir


def outgoing(settings: Settings) -> Path | str:
    """Return the folder that customers fetch acknowledgements and availability from.

    Raises:
        SettingsError: it is the one that orders arrive in; we would take what we wrote for orders.
    """
    folder = settings.wholesale_out_dir
    if is_set(folder) and folder == settings.wholesale_dir:
        raise SettingsError("STOCKROOM_WHOLESALE_OUT_DIR is the folder that orders arrive in; give it one of its own")
    return folder
