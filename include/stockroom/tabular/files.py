"""Which files of a folder belong to which stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import Stream

UNFINISHED_SUFFIXES = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp")
"""How programs call a file that they are still writing; it counts once it has its real name."""


@dataclass(frozen=True)
class FileStream:
    """One kind of file: how it is called, which stream its rows belong to, which columns it must have."""

    stream: Stream
    pattern: str
    """Shell pattern of the file's name, compared without regard to case."""
    columns: tuple[str, ...]
    """Columns that the header must hold; others may stand beside them and are kept."""

    def __post_init__(self) -> None:
        """Refuse a declaration whose rows could never have a key."""
        if missing := [name for name in self.stream.key if name not in self.columns]:
            raise ValueError(f"{self.stream.table}: key {', '.join(missing)} is not among the columns it asks for")


@dataclass(frozen=True)
class FileSource:
    """A folder that somebody else fills with files."""

    name: str
    setting: str
    """The field of ``Settings`` that says where the folder is."""
    folder: Callable[[Settings], Path]
    files: tuple[FileStream, ...]

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Return the streams of its files, each once, in the order of their declaration."""
        return tuple(dict.fromkeys(item.stream for item in self.files))


@dataclass(frozen=True)
class FoundFiles:
    """What stood in a folder."""

    files: tuple[tuple[FileStream, Path], ...]
    """Files with their kind, by name: dated names load oldest first."""
    unrecognised: tuple[Path, ...]
    """Files that match no declared name: usually a typing error, so somebody must hear of them."""


def find_files(source: FileSource, folder: Path) -> FoundFiles:
    """Return the files directly in ``folder``; unfinished, hidden and lock files (``~$…``) are left for the next round.

    A folder that does not exist yet holds no files.
    """
    if not folder.is_dir():
        return FoundFiles(files=(), unrecognised=())
    found: list[tuple[FileStream, Path]] = []
    unrecognised: list[Path] = []
    for path in sorted(folder.iterdir()):
        name = path.name.lower()
        if not path.is_file() or name.startswith((".", "~")) or name.endswith(("~", *UNFINISHED_SUFFIXES)):
            continue
        kind = next((item for item in source.files if fnmatchcase(name, item.pattern)), None)
        if kind is None:
            unrecognised.append(path)
        else:
            found.append((kind, path))
    return FoundFiles(files=tuple(found), unrecognised=tuple(unrecognised))
