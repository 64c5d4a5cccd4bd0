"""Look at a drop that somebody else fills: are its files called as they must be, and have they their columns."""

from __future__ import annotations

from collections.abc import Iterator

from stockroom.channels.checking import Checked
from stockroom.settings import PREFIX, Settings
from stockroom.streams import BadRow
from stockroom.tabular import (
    Drop,
    DropError,
    DroppedFile,
    FileSource,
    FileStream,
    RefusedFileError,
    find_files,
    is_set,
    open_drop,
)
from stockroom.tabular.limits import Limits

NAMED = 5
LIMITS = Limits()


def check_drop(source: FileSource, settings: Settings) -> Iterator[Checked]:
    """Yield what was found of a drop; of each kind of file the newest is opened, and no further than its first row."""
    folder = source.folder(settings)
    variable = f"{PREFIX}{source.setting}".upper()
    if not is_set(folder):
        yield Checked("settings", "missing", f"{variable} is not set", "name the folder its files arrive in")
        return
    yield Checked("settings", "ok", f"{variable} is {folder}")
    try:
        with open_drop(folder) as drop:
            yield from _looked_at(source, drop, settings)
    except DropError as error:
        yield Checked("address", "missing", str(error))
    yield _writing(source, settings)


def _looked_at(source: FileSource, drop: Drop, settings: Settings) -> Iterator[Checked]:
    found = find_files(source, drop)
    patterns = ", ".join(dict.fromkeys(kind.pattern for kind in source.files))
    if not found.files:
        yield Checked("files", "note", "none has arrived yet", f"they are called {patterns}")
    else:
        yield Checked("files", "ok", f"{len(found.files):,} of {patterns}")
    if found.unrecognised:
        names = ", ".join(file.name for file in found.unrecognised[:NAMED])
        yield Checked("files", "note", f"{len(found.unrecognised):,} are called otherwise: {names}", "rename them")
    for kind, file in dict(found.files).items():  # the last of each kind: dated names are the newest
        yield _first_row(drop, kind, file, settings)


def _writing(source: FileSource, settings: Settings) -> Checked:
    """Return where availability is written, and whether that drop can be reached."""
    if source.outgoing is None or not is_set(source.outgoing(settings)):
        return Checked("writes", "note", "nothing is written to this channel")
    outgoing = source.outgoing(settings)
    try:
        with open_drop(outgoing) as drop:
            drop.files()
    except DropError as error:
        return Checked("writes", "missing", str(error))
    return Checked("writes", "note", f"to {outgoing}; whether it may be is not known before the first push")


def _first_row(drop: Drop, kind: FileStream, file: DroppedFile, settings: Settings) -> Checked:
    what = f"reads {kind.stream.name}"
    try:
        with drop.copy(file, at_most=LIMITS.bytes_of(file.name)) as path:
            row = next(iter(kind.rows(path, file_name=file.name, settings=settings)), None)
    except (RefusedFileError, DropError) as error:
        return Checked(what, "missing", str(error))
    if isinstance(row, BadRow):
        return Checked(what, "missing", f"{file.name}, line {row.line_number}: {row.reason}")
    return Checked(what, "ok", f"{file.name} can be read")
