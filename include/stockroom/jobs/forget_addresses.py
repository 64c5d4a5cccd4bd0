"""Take out of files what is erased in the warehouse: lines of the waiting list, messages in the outbox folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import psycopg

from stockroom.delivery.folder import remove_unfinished, write_whole
from stockroom.jobs.record_restock_requests import REQUESTS, WAITLIST, UnusableRequestError, restock_request
from stockroom.settings import Settings
from stockroom.streams import BadRow, RefusedFileError, Row
from stockroom.tabular import find_files
from stockroom.tabular.drops import FolderDrop
from stockroom.warehouse.restock_addresses import kept_digests, known_requests, messages_to_nobody
from stockroom.warehouse.restock_requests import contact_sha256


def forget_addresses(settings: Settings, connection: psycopg.Connection) -> int:
    """Return how many lines and messages held an address that nobody keeps any more; none does after this.

    A line stays until its request is recorded; whose two addresses are not both erased keeps the other. The request
    itself is known by its id, so that a shortened file brings nobody back.
    """
    forgotten = 0
    if settings.waitlist_dir != Path():
        for kind, file in find_files(WAITLIST, FolderDrop(settings.waitlist_dir)).files:
            if kind is REQUESTS:
                forgotten += _forget_lines(connection, settings.waitlist_dir / file.name, settings)
    files = {path.name: path for path in _messages(settings.outbox_dir)}
    for name in messages_to_nobody(connection, files) if files else ():
        remove_unfinished(files[name])
        files[name].unlink(missing_ok=True)
        forgotten += 1
    return forgotten


def _messages(outbox_dir: Path) -> Iterator[Path]:
    """Yield the files of messages to shoppers."""
    yield from (outbox_dir / "mail").glob("*.eml")
    yield from (outbox_dir / "sms").glob("*.json")


def _forget_lines(connection: psycopg.Connection, path: Path, settings: Settings) -> int:
    """Write a waiting list again without erased addresses and return how many lines changed; most never do."""
    try:
        before = path.stat()
        lines = io.BytesIO(path.read_bytes()).readlines()
        rows = list(REQUESTS.rows(path, file_name=path.name, settings=settings))
    except (RefusedFileError, FileNotFoundError):
        return 0  # whoever records the requests says what is wrong with it
    shorter = {
        row.line_number: line
        for row, line in zip(rows, _without_erased(connection, rows, settings), strict=True)
        if line is not None
    }
    if not shorter:
        return 0
    # A record reaches up to the line at which the next one begins: a quoted value may hold line breaks.
    ends = [row.line_number for row in rows[1:]] + [len(lines) + 1]
    kept = lines[: rows[0].line_number - 1]
    for row, end in zip(rows, ends, strict=True):
        kept += [shorter[row.line_number]] if row.line_number in shorter else lines[row.line_number - 1 : end - 1]
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return 0  # somebody is writing it; the next time finds the same lines
    write_whole(path, b"".join(kept))
    return len(shorter)


def _without_erased(
    connection: psycopg.Connection, rows: list[Row | BadRow], settings: Settings
) -> Iterator[bytes | None]:
    """Yield what is to stand in place of each row: nothing of it, less of it, or None for what is there."""
    requests = []
    for row in rows:
        try:
            document = {} if isinstance(row, BadRow) else {name: str(value) for name, value in row.document.items()}
            requests.append(restock_request(document, time_zone=settings.time_zone) if document else None)
        except UnusableRequestError:
            requests.append(None)
    known = known_requests(connection, [request.request_id for request in requests if request])
    kept = kept_digests(connection, [each[3] for request in requests if request for each in request.addresses])
    for row, request in zip(rows, requests, strict=True):
        if request is None or isinstance(row, BadRow) or request.request_id not in known:
            yield None
            continue
        email = bool(request.email and contact_sha256(email=request.email) in kept)
        phone = bool(request.phone and contact_sha256(phone=request.phone) in kept)
        if email == bool(request.email) and phone == bool(request.phone):
            yield None
        elif email or phone:
            yield _line({**row.document, **({} if email else {"email": ""}), **({} if phone else {"phone": ""})})
        else:
            yield b""


def _line(document: dict[str, object]) -> bytes:
    """Return a record as a line of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(document.values())
    return text.getvalue().encode()
