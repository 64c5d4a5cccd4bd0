"""How BigCommerce cuts its lists: v2 orders by id, other v2 lists by number, v3 lists with their counts inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from stockroom.channels.channel import ChannelError
from stockroom.channels.paging import TRIES, Ask, Json, NumberedPages


@dataclass(frozen=True)
class PagesById:
    """A list in the order of its ids: each page is asked for by the lowest id that is still missing.

    v2 counts nothing, so a numbered page would hide it when an order leaves the window while pages are read. By id no
    order can slip: what is behind stays behind. The end is a page without orders, which v2 answers as 204 No Content.
    """

    size: int
    least: str = "min_id"

    def pages(self, ask: Ask, _key: Callable[[Json], object], /) -> Iterator[list[Json]]:
        """Yield the pages."""
        least = 1
        while True:
            records = self._page(ask, least)
            if not records:
                return
            yield records
            least = max(int(record["id"]) for record in records) + 1

    def _page(self, ask: Ask, least: int) -> list[Json]:
        """Return the orders from an id on; a page that holds earlier ones alone is asked for again."""
        for _ in range(TRIES):
            document = ask({self.least: str(least), "limit": str(self.size)}).document
            if document is None:
                return []
            if not isinstance(document, list):
                raise ChannelError("answered a page without its records (a list)")
            records = [record for record in document if int(record["id"]) >= least]
            if records or not document:
                return records
        raise ChannelError(f"a page from id {least} on holds earlier ones alone, {TRIES} times in a row")


def until_enough(ask: Callable[[int], Json], enough: Callable[[Sequence[Json]], bool]) -> list[Json]:
    """Return a v2 list that counts nothing, page by page until it holds enough or a page brings nothing new.

    Args:
        ask: returns the page of a number, none where BigCommerce answers 204 No Content.
        enough: whether what was read is known to be all, which saves asking for a page that is not there.
    """
    found: dict[int, Json] = {}
    number, tries = 1, 0
    while tries < TRIES:
        page = {int(record["id"]): record for record in ask(number) or []}
        is_new = bool(page.keys() - found.keys())
        found |= page
        if not page or enough(list(found.values())):
            return list(found.values())
        number, tries = (number + 1, 0) if is_new else (number, tries + 1)
    raise ChannelError(f"page {number} repeats those before it, {TRIES} times in a row")


def counted_pages(size: int) -> NumberedPages:
    """Return the rule of v3: pages by number, with what there is under ``meta.pagination``."""
    pagination = ("meta", "pagination")
    return NumberedPages(
        size,
        page_size="limit",
        at=("data",),
        pages_at=(*pagination, "total_pages"),
        records_at=(*pagination, "total"),
    )
