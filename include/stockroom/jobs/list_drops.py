"""List what stands in the drops that are not on this machine: what a watcher compares from one look to the next."""

from __future__ import annotations

from dataclasses import dataclass

from stockroom.settings import DROPS, Settings
from stockroom.tabular import DropError, open_drop

INCOMING = tuple(name for name in DROPS if not name.endswith("_out_dir"))


@dataclass(frozen=True)
class DropListed:
    """One look at a drop."""

    setting: str
    """Its field of ``Settings``, such as ``wholesale_dir``."""
    files: frozenset[tuple[str, str]] = frozenset()
    """Names and versions."""
    failed: str = ""
    """Why it could not be listed; then nothing is known of its files."""


def list_drops(settings: Settings) -> tuple[DropListed, ...]:
    """Return one look at each drop that others fill far away; none where all of them are folders of this machine."""
    looks = []
    for setting in INCOMING:
        folder = getattr(settings, setting)
        if not isinstance(folder, str):
            continue
        try:
            with open_drop(folder) as drop:
                files = frozenset((file.name, file.version) for file in drop.files())
        except DropError as error:
            looks.append(DropListed(setting, failed=str(error)))
        else:
            looks.append(DropListed(setting, files))
    return tuple(looks)
