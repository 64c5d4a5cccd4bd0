"""Reads the files that people and other systems drop into folders: CSV and XLSX, every value as the file spells it.

``read_rows`` yields what stands in one file, ``find_files`` what stands in one folder. Nothing here knows a warehouse.
"""

from stockroom.tabular.files import FileSource, FileStream, FoundFiles, find_files
from stockroom.tabular.rows import read_rows
from stockroom.tabular.table import RefusedFileError

__all__ = ["FileSource", "FileStream", "FoundFiles", "RefusedFileError", "find_files", "read_rows"]
