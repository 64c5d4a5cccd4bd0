"""Amazon's reports: asked for, waited for, brought here as a file, read row by row."""

from __future__ import annotations

import csv
import gzip
import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from tempfile import TemporaryFile
from typing import IO

import httpx
from sp_api.util.report_document import (
    resolve_character_code,
)

from stockroom.channels.amazon.seller import Seller
from stockroom.channels.channel import ChannelError, RefusedConnectionError, UnavailableChannelError
from stockroom.channels.http import Endpoint, TryAgainError, answered, https_only, until_answered
from stockroom.channels.rest import utc

ISO = "%Y-%m-%dT%H:%M:%SZ"
WAITS_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Between two looks at a report that is being made; the last of them again and again."""
PATIENCE_SECONDS = 30 * 60.0
AT_ONCE = 15
"""Reports that may be asked for at once; then it is one a minute."""
BEHIND = timedelta(hours=1)
"""A report that was asked for this long after the end of its range holds all of it."""
LOOKED_BACK = timedelta(days=2)
Row = Mapping[str, str]
Range = tuple[datetime, datetime]


@dataclass(frozen=True)
class Requested:
    """A report that was asked for."""

    report_id: str
    report_type: str


def request_report(
    seller: Seller, report_type: str, *, start: datetime | None = None, end: datetime | None = None
) -> Requested:
    """Ask for a report, of a range of time where it has one."""
    times = {"dataStartTime": start, "dataEndTime": end}
    answer = seller.ask(
        "createReport",
        seller.reports.create_report,
        reportType=report_type,
        marketplaceIds=[seller.marketplace_id],
        **{name: utc(moment, ISO) for name, moment in times.items() if moment is not None},
    )
    return Requested(str(answer.document["reportId"]), report_type)


class Ahead:
    """Reports of ranges side by side, asked for before they are needed: each is made while the ones before are read."""

    def __init__(self, seller: Seller, report_type: str, ranges: Sequence[Range]) -> None:
        """Ask for as many as may be asked for at once; those that somebody asked for lately are taken as they are."""
        self._seller, self._report_type = seller, report_type
        self._waiting = deque(ranges)
        self._made = _asked_for_lately(seller, report_type, ranges) if ranges else {}
        self._asked: dict[datetime, Requested] = {}
        self._ask()

    def __contains__(self, end: datetime) -> bool:
        """Return whether there is a report of the range that ends here."""
        return end in self._asked

    def take(self, end: datetime) -> Requested:
        """Return the report of the range that ends here, once; one more is asked for in the place of the one before."""
        self._ask()
        return self._asked.pop(end)

    def _ask(self) -> None:
        while self._waiting and len(self._asked) < AT_ONCE:
            start, end = self._waiting.popleft()
            self._asked[end] = self._made.get((start, end)) or request_report(
                self._seller, self._report_type, start=start, end=end
            )


def _asked_for_lately(seller: Seller, report_type: str, ranges: Sequence[Range]) -> dict[Range, Requested]:
    """Return the reports of a type that somebody asked for in the last days, late enough to hold all of their ranges.

    What was cancelled or aborted is left out, and so are all but the newest hundred.
    """
    since = max(ranges[-1][1] + BEHIND, seller.now() - LOOKED_BACK)
    answer = seller.ask(
        "getReports",
        seller.reports.get_reports,
        reportTypes=report_type,
        processingStatuses="IN_QUEUE,IN_PROGRESS,DONE",
        marketplaceIds=seller.marketplace_id,
        pageSize="100",
        createdSince=utc(since, ISO),
    )
    return {
        (_moment(each["dataStartTime"]), _moment(each["dataEndTime"])): Requested(str(each["reportId"]), report_type)
        for each in answer.document.get("reports") or []
        if each.get("dataStartTime") and each.get("dataEndTime")
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def report_rows(seller: Seller, requested: Requested, *, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a report once it is there, each value as the file spells it; none where it has no data.

    Raises:
        UnavailableChannelError: it is not made within half an hour.
        ChannelError: it was aborted, is cut off, or lacks one of ``columns``.
    """
    document_id = _document_id(seller, requested)
    if document_id is None:
        return
    with _downloaded(seller, requested, document_id) as text:
        rows = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
        try:
            missing = [name for name in columns if name not in (rows.fieldnames or ())]
            if missing:
                raise ChannelError(f"{_named(requested)} has no column {', '.join(missing)}; its form has changed.")
            yield from rows
        except (EOFError, gzip.BadGzipFile, csv.Error) as error:
            raise ChannelError(f"{_named(requested)} cannot be read to its end: {error}") from error


def _document_id(seller: Seller, requested: Requested) -> str | None:
    """Return the document of a report as soon as it is there; none where there was nothing to report."""
    waited = 0.0
    for seconds in chain(WAITS_SECONDS, repeat(WAITS_SECONDS[-1])):
        report = seller.ask("getReport", seller.reports.get_report, requested.report_id).document
        match report["processingStatus"]:
            case "DONE":
                return str(report["reportDocumentId"])
            case "CANCELLED":  # by Amazon itself, where no data belongs to it
                return None
            case "FATAL":
                raise ChannelError(
                    f"{_named(requested)} was aborted by Amazon. Nothing is lost: the next round asks again."
                )
        if waited >= PATIENCE_SECONDS:
            break
        seller.transport.sleep(seconds)
        waited += seconds
    raise UnavailableChannelError(f"{_named(requested)} is still being made after {waited / 60:.0f} minutes.")


@contextmanager
def _downloaded(seller: Seller, requested: Requested, document_id: str) -> Iterator[IO[str]]:
    """Bring a report's document here and open it; its address is signed by itself, and ends after five minutes."""
    endpoint = Endpoint("Amazon", f"the document of {requested.report_type}", "")
    with TemporaryFile() as file:

        def fetch() -> httpx.Response:
            document = seller.ask("getReportDocument", seller.reports.get_report_document, document_id).document
            is_gzip.append(document.get("compressionAlgorithm") == "GZIP")
            url = https_only(document["url"], "Amazon")
            try:
                return answered(lambda: _fetch(seller.transport.http, url, file), endpoint)
            except RefusedConnectionError as error:  # no credentials were sent: the address has run out
                raise TryAgainError("refused an address that it had signed") from error

        is_gzip: list[bool] = []
        response = until_answered(fetch, endpoint=endpoint, sleep=seller.transport.sleep)
        encoding = resolve_character_code(response_charset_encoding=response.charset_encoding)
        file.seek(0)
        content = gzip.GzipFile(fileobj=file) if is_gzip[-1] else file
        with io.TextIOWrapper(content, encoding=encoding, errors="replace", newline="") as text:
            yield text


def _fetch(http: httpx.Client, url: str, file: IO[bytes]) -> httpx.Response:
    """Write what stands at an address to a file, whole, without holding it in memory."""
    file.seek(0)
    file.truncate()
    with http.stream("GET", url) as response:
        if not response.is_success:
            response.read()
            return response
        for chunk in response.iter_bytes():
            file.write(chunk)
    return response


def _named(requested: Requested) -> str:
    return f"Amazon: report {requested.report_id} ({requested.report_type})"
