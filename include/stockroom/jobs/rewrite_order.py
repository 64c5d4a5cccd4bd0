"""Write again what a supplier was sent, to the same bytes."""

from __future__ import annotations

from pathlib import Path

from stockroom.documents.order_papers import paper_from_json
from stockroom.jobs.deliver_purchase_order import rewritten_files, write_files
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_papers import read_papers


class NoPaperError(LookupError):
    """Nothing was kept of that order or version: it never left."""


def rewrite_order(settings: Settings, po_number: str, *, version: int | None, folder: str | Path) -> list[Path]:
    """Write the documents of the newest message about an order, or about one version of it, into a folder.

    They are made from what was kept when they were made ready, whatever names, terms and templates say by now.

    Raises:
        NoPaperError: nothing of it was kept.
    """
    with connect(settings.warehouse_url) as connection:
        papers = read_papers(connection, po_number, version=version)
    if not papers:
        raise NoPaperError(f"{po_number}: nothing that left is kept of {version or 'any version'}")
    order = paper_from_json(papers[-1].paper)
    files = rewritten_files(order, papers[-1].formats)
    write_files(Path(folder), files)
    return [Path(folder) / name for name in files]
