"""Every way of cutting a list into pages is read to its end, also while the list moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from tests.channels.loopback import Asked, Loopback, Says, serve

from stockroom.channels.channel import ChannelError
from stockroom.channels.http import Endpoint
from stockroom.channels.limits import Limits
from stockroom.channels.paging import LinkedPages, NumberedPages, OffsetPages, PageRule, TokenPages
from stockroom.channels.rest import RestApi


class Shelf:
    """A list of numbers that a server cuts into pages in five ways, and that may change between two of them."""

    def __init__(self, count: int) -> None:
        self.numbers = list(range(1, count + 1))
        self.before_page: Callable[[int], None] = lambda _: None
        self.pages = 0

    def __call__(self, asked: Asked) -> Says:
        self.pages += 1
        self.before_page(self.pages)
        size = int(asked.query.get("per_page") or asked.query.get("limit") or 0)
        numbers = [{"id": number} for number in self.numbers]
        if asked.path == "/numbered":
            start = (int(asked.query["page"]) - 1) * size
            headers = {"X-WP-Total": str(len(numbers)), "X-WP-TotalPages": str(-(-len(numbers) // size))}
            return Says(numbers[start : start + size], headers=headers)
        if asked.path == "/counted":
            start = (int(asked.query["page"]) - 1) * size
            counts = {"all": len(numbers), "pages": -(-len(numbers) // size)}
            return Says({"items": numbers[start : start + size], "counts": counts})
        if asked.path == "/offset":
            start = int(asked.query["offset"])
            return Says({"found": {"items": numbers[start : start + size]}, "total": len(numbers)})
        start = int(asked.query.get("after", 0))
        further = start + size if start + size < len(numbers) else None
        if asked.path == "/token":
            return Says({"items": numbers[start : start + size], "next": further and str(further)})
        headers = {"Link": f'</linked?after={further}&limit={size}>; rel="next"'} if further else {}
        return Says(numbers[start : start + size], headers=headers)


RULES: dict[str, PageRule] = {
    "numbered": NumberedPages(3),
    "counted": NumberedPages(3, at=("items",), pages_at=("counts", "pages"), records_at=("counts", "all")),
    "offset": OffsetPages(3, at=("found", "items"), total_at=("total",)),
    "token": TokenPages("after", token_at=("next",), parameters={"limit": "3"}, at=("items",)),
    "linked": LinkedPages({"limit": "3"}),
}


@pytest.fixture
def shelf() -> Iterator[tuple[Shelf, Loopback]]:
    shelf = Shelf(0)
    with serve(shelf) as loopback:
        yield shelf, loopback


def read(loopback: Loopback, name: str) -> list[int]:
    with httpx.Client() as http:
        api = RestApi(http, Endpoint("Shelf", loopback.url, ""), Limits(), sleep=lambda _: None)
        return [record["id"] for page in api.pages(name, RULES[name], ("id",)) for record in page]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("count", [0, 1, 3, 4, 9, 10])
def test_every_record_comes_once_whatever_the_pages(shelf: tuple[Shelf, Loopback], name: str, count: int) -> None:
    shelf[0].numbers = list(range(1, count + 1))
    assert read(shelf[1], name) == list(range(1, count + 1))


@pytest.mark.parametrize("name", ["numbered", "counted", "offset"])
@pytest.mark.parametrize("gone", [[1], [2, 3], [1, 2, 3, 4], [7], [1, 9]])
def test_records_that_leave_a_list_hide_no_other(shelf: tuple[Shelf, Loopback], name: str, gone: list[int]) -> None:
    """Of nine in pages of three, some leave before the second page: those behind them move to the page before."""
    shelf[0].numbers = list(range(1, 10))

    def leave(page: int) -> None:
        if page == 2:
            shelf[0].numbers = [number for number in shelf[0].numbers if number not in gone]

    shelf[0].before_page = leave
    assert set(range(1, 10)) - set(gone) <= set(read(shelf[1], name))


@pytest.mark.parametrize("name", ["numbered", "counted", "offset"])
def test_a_list_that_keeps_losing_records_is_read_to_its_end(shelf: tuple[Shelf, Loopback], name: str) -> None:
    shelf[0].numbers = list(range(1, 13))

    def leave(page: int) -> None:
        if page > 1 and len(shelf[0].numbers) > 6:
            shelf[0].numbers.pop(0)

    shelf[0].before_page = leave
    found = set(read(shelf[1], name))
    assert set(shelf[0].numbers) == {7, 8, 9, 10, 11, 12} <= found


@pytest.mark.parametrize("name", ["numbered", "counted", "offset"])
def test_a_page_that_repeats_the_one_before_is_asked_for_again(shelf: tuple[Shelf, Loopback], name: str) -> None:
    shelf[0].numbers = list(range(1, 7))
    answer, said = shelf[1].answer, []

    def twice(asked: Asked) -> Says:
        said.append(said[0] if len(said) == 1 else answer(asked))
        return said[-1]

    shelf[1].answer = twice
    assert read(shelf[1], name) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("name", ["numbered", "counted", "offset"])
def test_a_page_that_repeats_for_ever_is_an_error(shelf: tuple[Shelf, Loopback], name: str) -> None:
    shelf[0].numbers = list(range(1, 7))
    first: list[Says] = []
    answer = shelf[1].answer

    def stuck(asked: Asked) -> Says:
        first.append(first[0] if first else answer(asked))
        return first[0]

    shelf[1].answer = stuck
    with pytest.raises(ChannelError, match=r"Shelf at http://127.0.0.1.*repeats the page before it"):
        read(shelf[1], name)


def test_pages_that_name_themselves_as_the_next_are_an_error(shelf: tuple[Shelf, Loopback]) -> None:
    shelf[1].answer = lambda _: Says({"items": [], "next": "same"}, headers={"Link": '</linked?same>; rel="next"'})
    with pytest.raises(ChannelError, match="names its own token"):
        read(shelf[1], "token")
    shelf[1].answer = lambda _: Says([], headers={"Link": '</linked?same>; rel="next"'})
    with pytest.raises(ChannelError, match="names itself as the next one"):
        read(shelf[1], "linked")


def test_a_next_page_on_another_host_is_not_followed(shelf: tuple[Shelf, Loopback]) -> None:
    """It would be asked for with our credentials."""
    shelf[1].answer = lambda _: Says([], headers={"Link": '<http://127.0.0.2:9/steal>; rel="next"'})
    with pytest.raises(ChannelError, match="on another host"):
        read(shelf[1], "linked")


def test_an_answer_without_its_records_is_an_error_and_no_empty_page(shelf: tuple[Shelf, Loopback]) -> None:
    shelf[1].answer = lambda _: Says({"message": "hello"})
    with pytest.raises(ChannelError, match="without its records"):
        read(shelf[1], "numbered")
