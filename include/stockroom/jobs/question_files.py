"""Put before a person what of dropped files could not be read: lines that were rejected, names that say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg

from stockroom.jobs.extracted import SourceExtracted
from stockroom.settings import PREFIX, Settings
from stockroom.suppliers import FILE_SOURCES
from stockroom.tabular import FileSource
from stockroom.warehouse.exceptions import raise_exception, resolve_exception
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions
from stockroom.warehouse.run_summary import Rejection, list_rejections

REJECTED, UNKNOWN = "rejected_lines", "unknown_file"
ASKED_WITHIN_DAYS = 30
"""A file that does not come again is put before a person for so long."""
NAMED = 10
"""Files that one question names."""


def question_files(settings: Settings, connection: psycopg.Connection, taken: Sequence[SourceExtracted]) -> None:
    """Ask about every dropped file of which something could not be read, until it comes again without the fault.

    ``connection`` is in autocommit. Of a drop that was not looked into just now (``taken``) what was asked stands.
    """
    with connection.transaction():
        replace_exceptions(
            connection,
            kind=REJECTED,
            found=map(_rejected, list_rejections(connection, kept_within_days=ASKED_WITHIN_DAYS)),
        )
        for extracted in taken:
            key = f"{UNKNOWN}/{extracted.source}"
            source = next(each for each in FILE_SOURCES if each.name == extracted.source)
            said = list(_unread(settings, source, extracted.unrecognised))
            if not said:
                resolve_exception(connection, key)
                continue
            more = f"; and {len(said) - NAMED:,} more" if len(said) > NAMED else ""
            patterns = ", ".join(dict.fromkeys(kind.pattern for kind in source.files))
            raise_exception(
                connection,
                key,
                kind=UNKNOWN,
                subject=f"drop of {source.name}",
                detail=f"files that nobody reads: {'; '.join(said[:NAMED])}{more}",
                mend=f"call them as one of {patterns}, or take them away",
            )


def _unread(settings: Settings, source: FileSource, names: Sequence[str]) -> Iterator[str]:
    """Yield the names that say nothing; one that another drop reads with that drop, unless it is the same folder."""
    others = [each for each in FILE_SOURCES if each is not source]
    for name in names:
        reader = next((each for each in others if each.kind_of(name)), None)
        if reader is None:
            yield name
        elif reader.folder(settings) != source.folder(settings):
            yield f"{name} (it belongs into {PREFIX}{reader.setting.upper()})"


def _rejected(rejection: Rejection) -> PlanException:
    return PlanException(
        key=f"{REJECTED}/{rejection.source}/{rejection.file_name}",
        subject=f"{rejection.source} {rejection.file_name}",
        detail=f"{rejection.rows:,} of {rejection.lines:,} lines were rejected, the first is line "
        f"{rejection.first_line:,}: {rejection.first_reason}",
        mend="correct them where they come from and put the file back under the same name; raw.rejected_records "
        "has each line with its reason",
    )
