"""Fetch what suppliers keep on servers of their own: lists of stock and prices, taken in as dropped files are."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg

from stockroom.jobs.extracted import ExtractionError, SourceExtracted, StreamExtracted
from stockroom.jobs.take_in_files import LIMITS, take_in_copy
from stockroom.settings import Settings
from stockroom.suppliers import SUPPLIERS
from stockroom.tabular import DropError, FileStream, RefusedFileError
from stockroom.tabular.http_page import (
    Page,
    PatienceError,
    SilentServerError,
    UnreachablePageError,
    fetch_page,
    pages_of,
)
from stockroom.warehouse.channel_limits import SharedBuckets
from stockroom.warehouse.cursors import keep_version, known_version
from stockroom.warehouse.landing import LandingError
from stockroom.warehouse.load import LoadSummary
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions

KIND = "unreachable_page"
NAME = "suppliers' pages"
MEND = (
    "ask the supplier, or mend the Airflow connection; until then what it said last counts, and of a drop-shipper "
    "nothing once that is too old"
)


def pull_pages(settings: Settings, connection: psycopg.Connection) -> SourceExtracted | None:
    """Return what the pages of every connection brought that are new; None where no supplier has any.

    A page is a file of the suppliers' drop in all but its way here: it lands, loads and is answered under its name. A
    server that is away is the supplier's trouble and stands before a person (``unreachable_page``) until it answers.

    Raises:
        ExtractionError: a connection says nothing usable, or a page could not be kept or loaded; the others were.
    """
    if not settings.suppliers_pages:
        return None
    pulled = _Pulled(settings, connection)
    for connection_id in settings.suppliers_pages:
        pulled.pull(connection_id)
    with connection.transaction():
        replace_exceptions(connection, kind=KIND, found=pulled.unreached)
    extracted = SourceExtracted(
        NAME,
        tuple(pulled.counts.values()),
        refused=tuple(pulled.refused),
        unreached=tuple(each.subject for each in pulled.unreached),
    )
    if pulled.failures:
        raise ExtractionError(f"{extracted}; not taken in: {' | '.join(pulled.failures)}")
    return extracted


class _Pulled:
    """What one round of pulling has come to so far."""

    def __init__(self, settings: Settings, connection: psycopg.Connection) -> None:
        self.settings = settings
        self.connection = connection
        self.counts = {stream: StreamExtracted(stream.name) for stream in SUPPLIERS.streams}
        self.refused: list[str] = []
        self.unreached: list[PlanException] = []
        self.failures: list[str] = []

    def pull(self, connection_id: str) -> None:
        """Take in the pages of one connection, up to where its server falls silent."""
        patience = SharedBuckets(self.connection)
        limit = {"channel_id": f"page:{connection_id}", "operation": "GET"}
        seconds = patience.take(**limit, interval=1.0, burst=1, cost=1)
        if seconds > 1.0:  # less is what the round before took
            self._miss(connection_id, f"asked to be left alone for {seconds:,.0f} seconds more")
            return
        try:
            for page in pages_of(connection_id):
                try:
                    self._pull_page(page)
                except SilentServerError as error:
                    if isinstance(error, PatienceError):
                        patience.hold(**limit, interval=1.0, burst=1, seconds=error.seconds)
                    self._miss(connection_id, str(error))
                    return
                except UnreachablePageError as error:
                    self._miss(connection_id, str(error), file_name=page.file_name)
        except DropError as error:
            self.failures.append(str(error))

    def _pull_page(self, page: Page) -> None:
        kind = SUPPLIERS.kind_of(page.file_name)
        if kind is None:
            self.failures.append(f"{page.file_name} is the name of no kind of file; docs/suppliers.md lists them")
            return
        known = known_version(self.connection, kind.stream, file_name=page.file_name)
        try:
            with tempfile.TemporaryDirectory(prefix="stockroom-page-") as folder:
                local = Path(folder) / page.file_name
                version = fetch_page(page, local, at_most=LIMITS.bytes_of(page.file_name), version=known)
                if version is None:
                    return
                summary, is_refused = take_in_copy(self.settings, self.connection, kind, local)
        except RefusedFileError as error:  # larger than it may be: nothing of it was kept
            self.refused.append(str(error))
        except (LandingError, OSError, psycopg.Error) as error:
            self.failures.append(f"{page}: {error}")
        else:
            keep_version(self.connection, kind.stream, file_name=page.file_name, version=version)
            self._count(kind, summary)
            if is_refused:
                self.refused.append(page.file_name)

    def _count(self, kind: FileStream, summary: LoadSummary) -> None:
        self.counts[kind.stream] = self.counts[kind.stream].and_also(summary)

    def _miss(self, connection_id: str, why: str, *, file_name: str = "") -> None:
        place = f"{connection_id}/{file_name}".rstrip("/")
        self.unreached.append(PlanException(f"{KIND}/{place}", place, why, MEND))
