"""XLSX with one sheet, the same bytes for the same rows; text is text, whatever it begins with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from stockroom.tabular.spreadsheet import Cell

_EPOCH = date(1899, 12, 30)
_STAMP = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEADER, _DAY, _DECIMAL = 1, 2, 3
_UNPRINTABLE = {sign: None for sign in range(32) if sign not in (9, 10, 13)}
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/styles.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATIONS}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="#,##0.00##"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
        '<xf numFmtId="165" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def xlsx_bytes(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the rows below a header that stays in sight; numbers and days are such, text is never a formula."""
    written = [list(row) for row in rows]
    widths = [max([len(name), *(len(str(row[at] or "")) for row in written)]) for at, name in enumerate(header)]
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{min(width, 60) + 2}" customWidth="1"/>'
        for at, width in enumerate(widths, start=1)
    )
    body = [_row(1, [_text_cell(name, 1, at, style=_HEADER) for at, name in enumerate(header)])]
    body += [
        _row(number, [_cell(value, number, at) for at, value in enumerate(row)])
        for number, row in enumerate(written, start=2)
    ]
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{columns}</cols>'
        f"<sheetData>{''.join(body)}</sheetData></worksheet>"
    )
    workbook = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name={quoteattr(title[:31])} sheetId="1" '
        'r:id="rId1"/></sheets></workbook>'
    )
    return _zipped({**_PARTS, "xl/workbook.xml": workbook, "xl/worksheets/sheet1.xml": sheet})


def _zipped(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (head + content).encode())
    return buffer.getvalue()


def _row(number: int, cells: Sequence[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(value: Cell, row: int, column: int) -> str:
    place = f"{_letters(column)}{row}"
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return _text_cell(value, row, column)
    if isinstance(value, date):
        return f'<c r="{place}" s="{_DAY}"><v>{(value - _EPOCH).days}</v></c>'
    if isinstance(value, Decimal):
        return f'<c r="{place}" s="{_DECIMAL}"><v>{value:f}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _text_cell(text: str, row: int, column: int, *, style: int = 0) -> str:
    shown = escape(text.translate(_UNPRINTABLE))
    kept = f'<is><t xml:space="preserve">{shown}</t></is>'
    return f'<c r="{_letters(column)}{row}" s="{style}" t="inlineStr">{kept}</c>'


def _letters(column: int) -> str:
    """Return a column's letters, counted from 0.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    first, last = divmod(column, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)
