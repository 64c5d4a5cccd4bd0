"""XLSX files of ours: text that no spreadsheet program runs, and the same rows always the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from stockroom.tabular.spreadsheet import Cell, defused

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""What every part of the file is dated, or the same rows would be other bytes a minute later."""
_WIDEST_COLUMN = 60


def xlsx_bytes(sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """Return a workbook with one sheet per name: a bold header that stays in view, then the rows; text is defused.

    An amount shows its cents: 150.7 beside 1126.21 is hard to compare.

    >>> xlsx_bytes({"Units": (("sku", "units"), [("=1+1", 3)])})[:2]
    b'PK'
    """
    from openpyxl import Workbook  # slow to import, and seldom needed
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "Stockroom"
    book.properties.created = book.properties.modified = datetime(*_LONG_AGO)  # noqa: DTZ001 -- as the format wants it
    for name, (header, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        widths = [len(title) for title in header]
        sheet.append(list(header))
        for place, row in enumerate(rows, 2):
            sheet.append([defused(cell) if isinstance(cell, str) else cell for cell in row])
            for cell in next(sheet.iter_rows(place, place, 1, len(header))):  # `sheet[place]` would look at every cell
                if isinstance(cell.value, Decimal):
                    cell.number_format = "#,##0.00##"
            widths = [max(width, len(str(cell))) for width, cell in zip(widths, row, strict=True)]
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(vertical="top")
        for number, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = min(width + 2, _WIDEST_COLUMN)
        if sheet.max_row > 1:
            sheet.auto_filter.ref = sheet.dimensions
    written = io.BytesIO()
    book.save(written)
    return _undated(written.getvalue())


def _undated(content: bytes) -> bytes:
    """Return the same archive with every part dated alike."""
    undated = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(undated, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":  # saving dates the whole once more
                part = _CORE
            target.writestr(zipfile.ZipInfo(name, _LONG_AGO), part, zipfile.ZIP_DEFLATED)
    return undated.getvalue()


_CORE = (
    b'<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties '
    b'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Stockroom</dc:creator></cp:coreProperties>'
)
