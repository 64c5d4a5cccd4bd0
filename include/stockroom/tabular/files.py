"""Which files of a drop belong to which stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import BadRow, Row, Stream
from stockroom.tabular.drops import Drop, DroppedFile
from stockroom.tabular.rows import read_rows

UNFINISHED_SUFFIXES = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp")
"""How programs call a file that they are still writing; it counts once it has its real name."""


Reader = Callable[[Path, str, Settings], Iterator[Row | BadRow]]
"""Yields what stands in a file; the text is what messages call it."""
Answer = Callable[[int, datetime], bytes]
"""Returns what is written in answer to a file, given a number that is never used twice and the time."""


@dataclass(frozen=True)
class FileStream:
    """One kind of file: how it is called, which stream its rows belong to, which columns it must have."""

    stream: Stream
    pattern: str
    """Shell pattern of the file's name, compared without regard to case."""
    columns: tuple[str, ...]
    """Columns that the header must hold; others may stand beside them and are kept."""
    reader: Reader | None = None
    """How a file that is no table is read; its rows hold the columns."""
    answers: Callable[[Path, str, Settings], Iterator[Answer]] | None = None
    """What its sender is answered, where that is expected."""

    def __post_init__(self) -> None:
        """Refuse a declaration whose rows could never have a key."""
        if missing := [name for name in self.stream.key if name not in self.columns]:
            raise ValueError(f"{self.stream.table}: key {', '.join(missing)} is not among the columns it asks for")

    def rows(self, path: Path, *, file_name: str, settings: Settings) -> Iterator[Row | BadRow]:
        """Yield what stands in a file of this kind; ``path`` may be a copy of it under another name.

        Raises:
            RefusedFileError: the file cannot be read at all.
        """
        if self.reader is not None:
            return self.reader(path, file_name, settings)
        return read_rows(path, columns=self.columns, file_name=file_name)


@dataclass(frozen=True)
class FileSource:
    """A drop that somebody else fills with files."""

    name: str
    setting: str
    """The field of ``Settings`` that says where it is."""
    folder: Callable[[Settings], Path | str]
    files: tuple[FileStream, ...]
    outgoing: Callable[[Settings], Path | str] | None = None
    """The drop that answers are written to."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Return the streams of its files, each once, in the order of their declaration."""
        return tuple(dict.fromkeys(item.stream for item in self.files))

    def kind_of(self, file_name: str) -> FileStream | None:
        """Return what kind of file a name says; None for one that says nothing, or leads out of its folder.

        A server far away may call a file anything.
        """
        if not file_name.isprintable() or "/" in file_name:
            return None
        return next((kind for kind in self.files if fnmatchcase(file_name.lower(), kind.pattern)), None)


@dataclass(frozen=True)
class FoundFiles:
    """What stood in a drop."""

    files: tuple[tuple[FileStream, DroppedFile], ...]
    """Files with their kind, by name: dated names load oldest first."""
    unrecognised: tuple[DroppedFile, ...]
    """Files that match no declared name: usually a typing error, so somebody must hear of them."""


def find_files(source: FileSource, drop: Drop) -> FoundFiles:
    """Return the files of a drop; unfinished, hidden and lock files (``~$…``) are left for the next round.

    Raises:
        DropError: it cannot be reached.
    """
    found: list[tuple[FileStream, DroppedFile]] = []
    unrecognised: list[DroppedFile] = []
    for file in drop.files():
        name = file.name.lower()
        if name.startswith((".", "~")) or name.endswith(("~", *UNFINISHED_SUFFIXES)):
            continue
        kind = source.kind_of(name)
        if kind is None:
            unrecognised.append(file)
        else:
            found.append((kind, file))
    return FoundFiles(files=tuple(found), unrecognised=tuple(unrecognised))
