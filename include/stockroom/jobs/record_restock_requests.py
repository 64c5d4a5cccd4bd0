"""Record who waits for a product: from the wait-list's files into ``pii`` and ``ops``, never through landing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from stockroom.settings import Settings
from stockroom.streams import BadRow, Row, Stream
from stockroom.tabular import FileSource, FileStream, RefusedFileError, find_files
from stockroom.tabular.drops import FolderDrop
from stockroom.warehouse import connect
from stockroom.warehouse.extraction import only_extraction
from stockroom.warehouse.restock_requests import RestockRequest, UnreadableRequest, take_in_requests

REQUESTS = FileStream(
    Stream("waitlist", "requests", key=("request_id",)),
    pattern="requests-*.csv",
    columns=("request_id", "email", "phone", "sku", "quantity", "requested_at", "consent_version"),
)
WAITLIST = FileSource(
    name="waitlist", setting="waitlist_dir", folder=lambda settings: settings.waitlist_dir, files=(REQUESTS,)
)

QUANTITY_AT_MOST = 10_000
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
"""The HTML standard's form of an address: no spaces, quotes or control characters that could reach a mail's header."""
ENCODED_WORD = "=?"
"""Begins an encoded word (RFC 2047), inside which a header's line break can hide."""
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164: a plus sign and up to 15 digits."""


class UnusableRequestError(ValueError):
    """A line is no request; the message names the field, never what it says about a person."""


@dataclass(frozen=True)
class RequestsRecorded:
    """What the wait-list brought."""

    recorded: int
    known: int
    """Requests that were recorded before."""
    unreadable: tuple[UnreadableRequest, ...]

    def __str__(self) -> str:
        """Return one line for a person to read."""
        line = f"waitlist: {self.recorded:,} new requests" if self.recorded else "waitlist: nothing new"
        if self.unreadable:
            first = self.unreadable[0]
            where = f"{first.file_name}, line {first.line_number}"
            line += f"; {len(self.unreadable)} unreadable, the first in {where}: {first.reason}"
        return line


def record_restock_requests(settings: Settings) -> RequestsRecorded:
    """Return what is new in the wait-list's folder. Everything is stored in one transaction, or nothing.

    Raises:
        ExtractionUnderWayError: another process records them.
    """
    requests: list[RestockRequest] = []
    unreadable: list[UnreadableRequest] = []
    if settings.waitlist_dir != Path():
        for kind, file in find_files(WAITLIST, FolderDrop(settings.waitlist_dir)).files:
            try:
                for row in kind.rows(settings.waitlist_dir / file.name, file_name=file.name, settings=settings):
                    found = _request(row, file_name=file.name, time_zone=settings.time_zone)
                    if isinstance(found, RestockRequest):
                        requests.append(found)
                    else:
                        unreadable.append(found)
            except RefusedFileError as error:
                unreadable.append(UnreadableRequest(file.name, 1, str(error)))
    with connect(settings.warehouse_url) as connection:
        connection.autocommit = True
        with only_extraction(connection, "waitlist"):
            recorded = take_in_requests(connection, requests, unreadable)
    return RequestsRecorded(recorded, len(requests) - recorded, tuple(unreadable))


def _request(row: Row | BadRow, *, file_name: str, time_zone: str) -> RestockRequest | UnreadableRequest:
    """Return the request that a line of the wait-list is, or why it is none."""
    if isinstance(row, BadRow):
        return UnreadableRequest(file_name, row.line_number, row.reason)
    try:
        return restock_request({name: str(value) for name, value in row.document.items()}, time_zone=time_zone)
    except UnusableRequestError as error:
        return UnreadableRequest(file_name, row.line_number, str(error))


def restock_request(line: dict[str, str], *, time_zone: str) -> RestockRequest:
    """Return the request that ``line`` is: e-mail in lower case, SKU trimmed and in upper case.

    A time without an offset is the store's local time.

    Raises:
        UnusableRequestError: a field is missing or cannot be what it should be.
    """
    email, phone = line["email"].strip().lower(), line["phone"].strip().replace(" ", "")
    if not email and not phone:
        raise UnusableRequestError("neither email nor phone; give one of them")
    if email and (not EMAIL.fullmatch(email) or ENCODED_WORD in email):
        raise UnusableRequestError("email is no plain address; write it as name@shop.example")
    if phone and not PHONE.fullmatch(phone):
        raise UnusableRequestError("phone is no international number; write it as +447700900123")
    for name in ("request_id", "sku", "consent_version"):
        if not line[name].strip():
            raise UnusableRequestError(f"{name} is empty; a request without it cannot be answered")
    quantity = line["quantity"].strip()
    if not re.fullmatch("[0-9]{1,9}", quantity) or not 1 <= int(quantity) <= QUANTITY_AT_MOST:
        raise UnusableRequestError(f"quantity {quantity[:20]!r} is no number from 1 to {QUANTITY_AT_MOST:,}")
    try:
        requested_at = datetime.fromisoformat(line["requested_at"].strip())
    except ValueError:
        raise UnusableRequestError(
            f"requested_at {line['requested_at'][:40]!r} is no time; write it as 2011-06-30T06:00:00Z"
        ) from None
    if requested_at.tzinfo is None:
        requested_at = requested_at.replace(tzinfo=ZoneInfo(time_zone))
    return RestockRequest(
        request_id=line["request_id"].strip(),
        email=email or None,
        phone=phone or None,
        sku=line["sku"].strip().upper(),
        quantity=int(quantity),
        requested_at=requested_at,
        consent_version=line["consent_version"].strip(),
    )
