"""Notice which files of the planners are gone: their rules and promotions hold no longer."""

from __future__ import annotations

import psycopg

from stockroom.jobs.extracted import ExtractionError
from stockroom.settings import Settings
from stockroom.suppliers import PLANNERS
from stockroom.tabular import DropError, find_files, is_set, open_drop
from stockroom.warehouse.exceptions import raise_exception, resolve_exception
from stockroom.warehouse.gone_files import note_gone_files

KIND = "gone_file"


def miss_files(settings: Settings, connection: psycopg.Connection) -> list[str]:
    """Return the files that are gone since this call, and put each before a person.

    Only the planners' folder is a statement of what holds today: suppliers and warehouses may clear theirs away. Where
    it holds no file of theirs at all it is taken for a disk that is not there, and everything holds on.

    Raises:
        ExtractionError: the folder is out of reach; nothing is taken for gone.
    """
    folder = PLANNERS.folder(settings)
    if not is_set(folder):
        return []
    try:
        with open_drop(folder) as drop:
            present = {file.name for _, file in find_files(PLANNERS, drop).files}
    except (DropError, OSError) as error:
        raise ExtractionError(f"{PLANNERS.name}: {error}") from error
    if not present:
        return []
    with connection.transaction():
        gone = note_gone_files(connection, PLANNERS.name, present=present)
        for name in gone:
            raise_exception(
                connection,
                f"{KIND}/{name}",
                kind=KIND,
                subject=name,
                detail="is not in the planners' folder any more: what it said holds no longer",
                mend="put it back if it was not meant to go; without that, nothing is to be done",
            )
        for name in present:
            resolve_exception(connection, f"{KIND}/{name}")
    return gone
