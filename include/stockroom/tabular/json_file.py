"""Rows of a JSON file: an array of objects, or an object that holds one; every value as the file spells it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stockroom.streams import BadRow, RefusedFileError, Row
from stockroom.tabular.table import shown

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What JSON can spell and no text can hold."""


class _TwiceError(ValueError):
    """An object names a value twice, and which is meant nobody can tell."""


def json_rows(path: Path, *, file_name: str, columns: Sequence[str]) -> Iterator[Row | BadRow]:
    """Yield each record of the file; they are counted from 1, and a value that was left out is blank.

    Numbers stay as they are written (12.50 is not 12.5), ``null`` is blank, and a record that holds objects or lists
    costs itself.

    Raises:
        RefusedFileError: the file is no JSON, or holds no array of records.
    """
    try:
        content = json.loads(
            path.read_bytes().decode("utf-8-sig"),
            parse_int=str,
            parse_float=str,
            parse_constant=str,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise RefusedFileError(f"{file_name}: byte {error.start + 1} is not UTF-8; send it as UTF-8.") from error
    except _TwiceError as error:
        raise RefusedFileError(f"{file_name}: {error}; send each name once.") from error
    except json.JSONDecodeError as error:
        raise RefusedFileError(f"{file_name}: line {error.lineno} is no JSON: {error.msg}; send it again.") from error
    except RecursionError as error:
        raise RefusedFileError(f"{file_name}: its values lie too deep in one another; send flat records.") from error
    for number, record in enumerate(_records(content, file_name=file_name), start=1):
        yield _row(number, record, columns)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _TwiceError(f"{shown(twice)!a} stands twice in one object")
    return found


def _records(content: object, *, file_name: str) -> list[Any]:
    """Return the array of records; around it may stand an object with whatever else the sender has to say."""
    lists = [content] if isinstance(content, list) else []
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
    if len(lists) != 1:
        raise RefusedFileError(
            f"{file_name}: holds {len(lists)} lists of records; send one array of objects, or an object with one."
        )
    return lists[0]


def _row(number: int, record: object, columns: Sequence[str]) -> Row | BadRow:
    if not isinstance(record, dict):
        return _bad(number, record, "is no object; send each record as {…}")
    nested = [name for name, value in record.items() if isinstance(value, dict | list)]
    if nested:
        return _bad(number, record, f"{nested[0]} holds {type(record[nested[0]]).__name__}s; send one value")
    document = {**dict.fromkeys(columns, ""), **{name: _text(value) for name, value in record.items()}}
    if wrong := next((name for name, value in document.items() if UNSTORABLE.search(name + value)), None):
        return _bad(number, record, f"{wrong!a} holds a sign that no text has; write the value again")
    return Row(number, document)


def _bad(number: int, record: object, reason: str) -> BadRow:
    return BadRow(number, shown(json.dumps(record)), f"record {number} {reason}")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
