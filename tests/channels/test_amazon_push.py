"""What Amazon is told of availability: figure by figure, as one feed, and what shows late or never."""

from __future__ import annotations

from typing import Any

import pytest
from tests.channels.amazon_account import account, read
from tests.channels.loopback import Asked, Loopback, Says, serve
from tests.channels.test_amazon_client import TOKEN_PATH, settings_of

from stockroom.channels.amazon.push import open_writer
from stockroom.channels.amazon.streams import FBA_INVENTORY
from stockroom.channels.channel import Listing, UnavailableChannelError
from stockroom.channels.push import Availability, push


class Shelf:
    """Listings by SKU: what each shows, who sends it, and how often it is looked at before a change shows."""

    def __init__(self, *, lag: int = 0) -> None:
        self.shown = {"MUG": 7, "a,b": 3, "FBA-1": 4, "BOTH": 2}
        self.channels = {"FBA-1": ["AMAZON_EU"], "BOTH": ["DEFAULT", "AMAZON_EU"]}
        self.due: dict[str, int] = {}
        self.lag = lag
        self.patched: list[tuple[str, Any]] = []

    def item(self, sku: str) -> dict[str, Any]:
        return {
            "sku": sku,
            "summaries": [{"marketplaceId": "A1F83G8C2ARO7P", "productType": "CUP"}],
            "fulfillmentAvailability": [
                {"fulfillmentChannelCode": code, "quantity": self.shown[sku]}
                for code in self.channels.get(sku, ["DEFAULT"])
            ],
        }

    def __call__(self, asked: Asked) -> Says:
        sku = asked.path.partition("/A1SAMPLESELLER/")[2].replace("%2C", ",")
        if asked.method == "PATCH":
            self.patched.append((sku, asked.document))
            units = asked.document["patches"][0]["value"][0]["quantity"]
            if units == 99:
                issue = {"code": "1", "message": "Too many.", "severity": "ERROR", "categories": []}
                return Says({"sku": sku, "status": "INVALID", "submissionId": "1", "issues": [issue]})
            self.due[sku] = units
            return Says({"sku": sku, "status": "ACCEPTED", "submissionId": "1", "issues": []})
        if self.due:
            self.lag -= 1
            if self.lag < 0:
                self.shown |= self.due
        if sku:
            return Says(self.item(sku)) if sku in self.shown else Says({"errors": [{"code": "NOT_FOUND"}]}, 404)
        wanted = [each for each in asked.query.get("identifiers", "").split(",") if each in self.shown]
        return Says({"numberOfResults": len(wanted), "items": [self.item(each) for each in wanted]})


def pushed(shelf: Shelf, wanted: dict[str, int], sleeps: list[float] | None = None) -> tuple[dict[str, Any], Loopback]:
    kept = [] if sleeps is None else sleeps
    with serve(account(shelf)) as loopback, open_writer(settings_of(loopback.url), sleep=kept.append) as writer:
        results = push(writer, [Availability(Listing(sku), sku, units) for sku, units in wanted.items()], key="1")
    return {each.availability.sku: each for each in results}, loopback


def test_what_amazon_sends_is_never_written() -> None:
    shelf = Shelf()
    results, loopback = pushed(shelf, {"MUG": 5, "FBA-1": 9, "BOTH": 9, "UNKNOWN": 9})
    assert {sku: each.outcome for sku, each in results.items()} == {
        "MUG": "verified",
        "FBA-1": "refused",
        "BOTH": "refused",
        "UNKNOWN": "refused",
    }
    assert [sku for sku, _ in shelf.patched] == ["MUG"]
    assert {each.method for each in loopback.asked if "FBA-1" in each.path} == set()


def test_a_figure_is_merged_so_that_days_of_handling_stay() -> None:
    shelf = Shelf()
    pushed(shelf, {"MUG": 5})
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 5}]
    patch = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}
    assert shelf.patched == [("MUG", {"productType": "CUP", "patches": [patch]})]


def test_a_change_that_shows_late_is_waited_for() -> None:
    sleeps: list[float] = []
    results, _ = pushed(Shelf(lag=3), {"MUG": 5}, sleeps)
    assert (results["MUG"].outcome, results["MUG"].units_after) == ("verified", 5)
    assert sleeps == [1.0, 2.0, 4.0]


def test_a_change_that_does_not_show_in_time_is_left_to_the_next_round() -> None:
    results, _ = pushed(Shelf(lag=99), {"MUG": 5})
    assert (results["MUG"].outcome, results["MUG"].said) == ("moved_since", "shows 7 after 5 was written")


def test_what_amazon_finds_wrong_is_said_and_costs_no_other_its_figure() -> None:
    results, _ = pushed(Shelf(), {"MUG": 99, "a,b": 1})
    assert (results["MUG"].outcome, results["MUG"].said) == ("refused", "Too many.")
    assert results["a,b"].outcome == "verified", "its comma makes it no two SKUs"


def test_twenty_skus_are_read_in_one_request() -> None:
    shelf = Shelf()
    shelf.shown = {f"SKU-{number}": number for number in range(45)}
    with serve(account(shelf)) as loopback, open_writer(settings_of(loopback.url)) as writer:
        assert len(writer.read_available([Listing(sku) for sku in shelf.shown])) == 45
        asked = [each.query["identifiers"].count(",") + 1 for each in loopback.asked if each.path != TOKEN_PATH]
    assert asked == [20, 20, 5]


class Feeding:
    """Forty listings, and feeds that end as they are told to."""

    def __init__(self, *states: str, takes: bool = True, issues: Any = ()) -> None:
        self.shelf = Shelf()
        self.shelf.shown = {f"SKU-{number}": 1 for number in range(40)}
        self.states, self.takes, self.issues = list(states), takes, list(issues)
        self.uploaded: list[Any] = []
        self.url = ""

    def __call__(self, asked: Asked) -> Says:
        if asked.path.startswith("/storage/"):
            assert "x-amz-access-token" not in asked.headers
            if asked.method == "PUT":
                assert asked.headers["Content-Type"] == "application/json; charset=UTF-8"
                self.uploaded.append(asked.document)
                return Says({})
            return Says({"issues": self.issues})
        if asked.path.endswith("/documents"):
            return Says({"feedDocumentId": "in", "url": f"{self.url}/storage/in"}, 201)
        if "/feeds/2021-06-30/documents/" in asked.path:
            return Says({"feedDocumentId": "out", "url": f"{self.url}/storage/out"})
        if asked.path.endswith("/feeds"):
            assert asked.document["inputFeedDocumentId"] == "in"
            if self.takes:
                refused = {issue["messageId"] for issue in self.issues}
                for message in self.uploaded[-1]["messages"]:
                    if message["messageId"] not in refused:
                        self.shelf.shown[message["sku"]] = message["patches"][0]["value"][0]["quantity"]
            return Says({"feedId": "7"}, 202)
        if "/feeds/2021-06-30/feeds/" in asked.path:
            state = self.states[0] if len(self.states) == 1 else self.states.pop(0)
            return Says({"feedId": "7", "processingStatus": state, "resultFeedDocumentId": "out"})
        return self.shelf(asked)

    def push(self, bulk_from: int = 40) -> tuple[list[Any], list[float]]:
        sleeps: list[float] = []
        with (
            serve(account(self)) as loopback,
            open_writer(settings_of(loopback.url), sleep=sleeps.append) as writer,
        ):
            self.url = loopback.url
            writer.bulk_from = bulk_from
            return push(writer, [Availability(Listing(sku), sku, 5) for sku in self.shelf.shown], key="1"), sleeps


def test_many_figures_go_as_one_feed_and_are_read_back() -> None:
    feeding = Feeding("IN_QUEUE", "IN_PROGRESS", "DONE")
    results, sleeps = feeding.push()
    assert {each.outcome for each in results} == {"verified"}
    assert sleeps == [1.0, 2.0]
    (document,) = feeding.uploaded
    assert document["header"] == {"sellerId": "A1SAMPLESELLER", "version": "2.0"}
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 5}]
    assert document["messages"][39] == {
        "messageId": 40,
        "sku": "SKU-39",
        "operationType": "PATCH",
        "productType": "CUP",
        "patches": [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}],
    }
    assert feeding.shelf.patched == []


def test_fewer_figures_than_are_worth_a_feed_go_one_by_one() -> None:
    feeding = Feeding("DONE")
    results, _ = feeding.push(bulk_from=41)
    assert {each.outcome for each in results} == {"verified"}
    assert (len(feeding.shelf.patched), feeding.uploaded) == (40, [])


def test_what_a_feeds_report_refuses_is_said_of_its_own_listing() -> None:
    issues = [
        {"messageId": 2, "severity": "ERROR", "message": "Too many."},
        {"messageId": 3, "severity": "WARNING", "message": "Slow."},
    ]
    results, _ = Feeding("DONE", issues=issues[:1]).push()
    assert [(each.availability.sku, each.said) for each in results if each.outcome != "verified"] == [
        ("SKU-1", "Too many.")
    ]
    results, _ = Feeding("DONE", takes=False, issues=issues[1:]).push()
    assert {each.outcome for each in results} == {"moved_since"}, "reading back decides, not what a feed says"


@pytest.mark.parametrize("state", ["FATAL", "CANCELLED"])
def test_a_feed_that_amazon_gives_up_writes_nothing(state: str) -> None:
    results, _ = Feeding(state, takes=False).push()
    assert {(each.outcome, each.said) for each in results} == {("refused", f"Amazon gave up the feed 7 ({state})")}


def test_a_feed_that_takes_longer_is_left_to_the_next_round() -> None:
    results, sleeps = Feeding("IN_PROGRESS", takes=False).push()
    assert {each.outcome for each in results} == {"moved_since"}
    assert 600 <= sum(sleeps) < 640


def test_no_answer_at_all_is_waited_for_within_bounds() -> None:
    with pytest.raises(UnavailableChannelError, match="6 times in a row"):
        read("http://127.0.0.1:9", FBA_INVENTORY)
