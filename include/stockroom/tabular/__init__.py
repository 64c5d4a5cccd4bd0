"""Reads the files that people and other systems drop into folders: CSV and XLSX, every value as the file spells it.

``open_drop`` opens a folder, a bucket or a server, ``find_files`` says what stands there, ``read_rows`` yields what
stands in one file. Nothing here knows a warehouse.
"""

from stockroom.streams import RefusedFileError
from stockroom.tabular.drops import Drop, DropError, DroppedFile, StillWrittenError, is_set, open_drop
from stockroom.tabular.files import Answer, FileSource, FileStream, FoundFiles, find_files
from stockroom.tabular.rows import read_rows

__all__ = [
    "Answer",
    "Drop",
    "DropError",
    "DroppedFile",
    "FileSource",
    "FileStream",
    "FoundFiles",
    "RefusedFileError",
    "StillWrittenError",
    "find_files",
    "is_set",
    "open_drop",
    "read_rows",
]
