"""Take in the folders of the suppliers, the warehouse system and the planners, and pages of suppliers' servers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from stockroom.jobs.answer_files import answer_files
from stockroom.jobs.doubt_answers import AnswersDoubted, doubt_answers
from stockroom.jobs.extracted import ExtractionError, SourceExtracted
from stockroom.jobs.hear_receipts import ReceiptsHeard, hear_receipts
from stockroom.jobs.miss_files import miss_files
from stockroom.jobs.pull_pages import pull_pages
from stockroom.jobs.question_files import question_files
from stockroom.jobs.question_names import question_names
from stockroom.jobs.take_in_files import take_in_files
from stockroom.jobs.take_in_stock import take_in_stock
from stockroom.settings import Settings
from stockroom.suppliers import FILE_SOURCES
from stockroom.warehouse import connect
from stockroom.warehouse.extraction import only_extraction


@dataclass(frozen=True)
class SuppliersSynced:
    """What each folder brought, and suppliers' own servers where any are known."""

    sources: tuple[SourceExtracted, ...]
    gone: tuple[str, ...] = ()
    """Files that the planners took out of their folder."""
    doubted: AnswersDoubted = field(default_factory=AnswersDoubted)
    """What of suppliers' answers wants a person."""
    heard: ReceiptsHeard = field(default_factory=ReceiptsHeard)
    """What their programs say of our X12 orders."""

    @property
    def loaded(self) -> int:
        """Return the rows stored, over all folders."""
        return sum(source.loaded for source in self.sources)

    @property
    def rejected(self) -> int:
        """Return the lines put aside, over all folders."""
        return sum(source.rejected for source in self.sources)

    def __str__(self) -> str:
        """Return one line for a person to read."""
        gone = [f"gone: {', '.join(self.gone)}"] if self.gone else []
        doubted = [str(self.doubted)] if self.doubted else []
        heard = [str(self.heard)] if self.heard else []
        return " · ".join([*map(str, self.sources), *gone, *doubted, *heard])


def sync_suppliers(settings: Settings) -> SuppliersSynced:
    """Return what is new in the folders; a folder that fails does not keep the others.

    Raises:
        ExtractionError: folders or files could not be taken in; the message names them with their reasons.
        ExtractionUnderWayError: another process takes them in.
    """
    taken: list[SourceExtracted] = []
    failures: list[str] = []
    with connect(settings.warehouse_url) as connection:
        connection.autocommit = True  # each file is a transaction of its own
        with only_extraction(connection, "suppliers"):
            try:
                # First, so that the pages' X12 is answered with the folder's.
                pulled = pull_pages(settings, connection)
            except ExtractionError as error:
                pulled = None
                failures.append(str(error))
            for source in FILE_SOURCES:
                try:
                    extracted = take_in_files(settings, connection, source)
                    taken.append(replace(extracted, answered=answer_files(settings, connection, source)))
                except ExtractionError as error:
                    failures.append(str(error))
            question_files(settings, connection, taken)
            taken += [pulled] if pulled else []
            gone = miss_files(settings, connection) if not failures else []
            doubted = doubt_answers(connection)
            heard = hear_receipts(connection)
            take_in_stock(connection)
            question_names(connection)
    if failures:
        raise ExtractionError(" · ".join([*failures, *map(str, taken)]))
    return SuppliersSynced(tuple(taken), tuple(gone), doubted, heard)
