"""What CSV and XLSX files have in common: one header line, then rows of as many values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stockroom.streams import BadRow, RefusedFileError, Row

SHOWN_CHARACTERS = 300
"""How much of a bad row is kept: enough to find it, too little to fill a table."""
UNDECODED = re.compile("[\udc80-\udcff]")
"""What ``surrogateescape`` makes of bytes that are not UTF-8."""


class Header:
    """The header line of one file, checked; turns rows of values into records."""

    def __init__(self, names: Sequence[str], *, file_name: str, columns: Sequence[str]) -> None:
        """Take the header of ``file_name``, which must hold ``columns``.

        Raises:
            RefusedFileError: a column is missing, stands twice, or has no name.
        """
        self.names = [_as_asked(name.strip(), columns) for name in names]
        while self.names and not self.names[-1]:  # spreadsheets pad the header to the width of the sheet
            self.names.pop()
        self.width = len(self.names)
        missing = [column for column in columns if column not in self.names]
        if missing:
            hint = ""
            if self.width == 1 and (";" in self.names[0] or "\t" in self.names[0]):
                hint = " The columns seem to be separated by semicolons or tabs: save the file with commas."
            raise RefusedFileError(
                f"{file_name}: no column {', '.join(missing)}; its first line holds "
                f"{shown(', '.join(self.names)) or 'nothing'}.{hint} Add the column and send it again."
            )
        twice = sorted({name or "(no name)" for name in self.names if self.names.count(name) > 1 or not name})
        if twice:
            raise RefusedFileError(
                f"{file_name}: column {', '.join(twice)} is not unique; give each column its own name."
            )

    def row(self, line_number: int, values: Sequence[str]) -> Row | BadRow | None:
        """Return the record that ``values`` are, a BadRow if they do not fit the header, or None if all are empty."""
        if not any(values):
            return None
        if len(values) > self.width and not any(values[self.width :]):
            values = values[: self.width]
        if len(values) != self.width:
            return BadRow(
                line_number=line_number,
                text=shown(",".join(values)),
                reason=(
                    f"{len(values)} values stand under {self.width} columns; "
                    "quote a value that holds a comma, or complete the line"
                ),
            )
        for name, value in zip(self.names, values, strict=True):
            if "\x00" in value:
                return BadRow(
                    line_number=line_number,
                    text=shown(",".join(values)),
                    reason=f"{name} holds a zero byte, which no text has; write the value again",
                )
        return Row(line_number=line_number, document=dict(zip(self.names, values, strict=True)))


def _as_asked(name: str, columns: Sequence[str]) -> str:
    """Return the name of a column that is asked for where this is how people write it, else the name as it stands.

    >>> _as_asked("Count ID", ("count_id", "units")), _as_asked("Note", ("count_id", "units"))
    ('count_id', 'Note')
    """
    folded = re.sub(r"[\s-]+", "_", name.casefold())
    return folded if folded in columns else name


def with_header(
    rows: Iterator[tuple[int, list[str]] | BadRow], *, file_name: str, columns: Sequence[str], is_padded: bool = False
) -> Iterator[Row | BadRow]:
    """Yield records from numbered rows of values, the first of which is the header.

    ``is_padded``: a row may end early, as in a spreadsheet, which does not store the empty cells at its end.

    Raises:
        RefusedFileError: the header does not hold ``columns``.
    """
    header: Header | None = None
    for item in rows:
        if isinstance(item, BadRow):
            if header is None:
                raise RefusedFileError(f"{file_name}: its header cannot be read: {item.reason}.")
            yield item
            continue
        line_number, values = item
        if header is None:
            header = Header(values, file_name=file_name, columns=columns)
            continue
        if is_padded:
            values += [""] * (header.width - len(values))
        if (row := header.row(line_number, values)) is not None:
            yield row
    if header is None:
        raise RefusedFileError(f"{file_name}: the file is empty; send it again with its header line.")


def shown(text: str) -> str:
    """Return ``text`` as it can be stored: cut to what finds it, with undecoded and zero bytes written out."""
    text = text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
    return UNDECODED.sub(lambda found: f"\\x{ord(found.group()) - 0xDC00:02x}", text).replace("\x00", "\\x00")
