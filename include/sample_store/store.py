"""The running store: a world, a clock, and the folders that fill as the clock passes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from sample_store.checkouts import Checkout, Wish, attributes_of, place, wholesale_file, with_checkouts
from sample_store.folders.daily import files_of_day
from sample_store.folders.inbox import read_inbox
from sample_store.folders.standing import standing_files
from sample_store.folders.truth import write_truth
from sample_store.local_time import iso, local_date, midnight
from sample_store.shelves import Told, shown_at
from sample_store.shopify.documents import ShopAt
from sample_store.world.build import World
from sample_store.world.buyer import FIRST_DAY
from sample_store.world.cache import open_world, world_key
from sample_store.world.outcome import PlacedOrder
from sample_store.world.tables import Integers

EARLIEST_CLOCK = midnight(FIRST_DAY)


@dataclass
class Store:
    """What a store remembers between two requests; ``state.json`` remembers the same between two starts."""

    root: Path
    orders_inbox: Path | None
    shop_url: str
    world: World
    shop: ShopAt
    furthest: int
    """The latest clock that was ever shown: history until here never changes."""
    placed_orders: list[PlacedOrder] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    alone_since: int = 0
    """Since when nobody copies stock from shop to shop by hand: the clock at which it was first opened."""
    told: list[Told] = field(default_factory=list)
    """What the shops were told, oldest first."""
    checkouts: list[Checkout] = field(default_factory=list)
    """Orders that somebody placed by hand, oldest first."""
    mails_read: set[str] = field(default_factory=set)
    """Names of the mails that shoppers have read."""

    @property
    def clock(self) -> int:
        """Return the store's moment."""
        return self.shop.clock

    def set_clock(self, moment: int) -> None:
        """Move the clock, forward or back: read the inbox, let the world go on, write the files that are due.

        Raises ``ValueError`` for a moment before the store opened.
        """
        if moment < EARLIEST_CLOCK:
            raise ValueError(f"the store opened at {iso(EARLIEST_CLOCK)}; the clock cannot stand at {iso(moment)}")
        self.read_inbox()
        self.furthest = max(self.furthest, moment)
        self.shop = self.shop_at(moment)
        self.write_files(moment)
        self.remember()

    def shop_at(self, moment: int) -> ShopAt:
        """Return Shopify's shop as it stands at a moment."""
        shown, carried = self.shown("shopify", moment), attributes_of(self.checkouts)
        return ShopAt(self.world, moment, self.shop_url, shown=shown, attributes=carried)

    def shown(self, channel: str, moment: int | None = None) -> Integers:
        """Return what a shop shows as available, one value per item."""
        at = self.clock if moment is None else moment
        return shown_at(self.world, channel, self.told, at, alone_since=self.alone_since)

    def tell(self, channel: str, changes: dict[int, int]) -> None:
        """Let a shop show other figures from now on: by item, how much more or less than before."""
        self.told.extend(Told(channel, item, change, self.clock) for item, change in changes.items())
        if channel == "shopify":
            self.shop.show(self.shown(channel))
        self.remember()

    def check_out(self, wishes: Sequence[Wish]) -> list[Checkout]:
        """Let shops take orders now, all or none; raises ``ValueError`` where one does not show so many."""
        shown = {channel: self.shown(channel) for channel in {wish.channel for wish in wishes}}
        taken = place(self.world, shown, len(self.checkouts), wishes, at=self.clock)
        self.checkouts.extend(taken)
        self.world = with_checkouts(self.world, taken)
        for checkout in taken:
            if checkout.channel == "wholesale":
                name, content = wholesale_file(self.world, checkout)
                write_once(self.root / name, content)
        self.shop = self.shop_at(self.clock)
        self.remember()
        return taken

    def read_inbox(self) -> None:
        """Take in new orders; from here on the world goes on with them."""
        if self.orders_inbox is None:
            return
        known = {order.po_number for order in self.placed_orders}
        inbox = read_inbox(self.orders_inbox, self.world, known, self.furthest)
        self.refused = inbox.refused
        if inbox.orders:
            self.placed_orders.extend(inbox.orders)
            played = open_world(self.root / "cache", self.placed_orders)
            self.world = with_checkouts(played, self.checkouts)
            write_truth_once(self.root, self.world, self.placed_orders)

    def write_files(self, moment: int) -> None:
        """Write every file that is due and not there yet. What is written stays as it is."""
        for name, content in standing_files(self.world).items():
            write_once(self.root / name, content)
        written = self.root / "written_through.txt"
        day = FIRST_DAY
        if written.exists():
            day = max(day, local_date(int(written.read_text())))
        while midnight(day + timedelta(days=1)) <= moment:
            for name, content in files_of_day(self.world, day).items():
                write_once(self.root / name, content)
            day += timedelta(days=1)
            written.write_text(str(midnight(day)))

    def remember(self) -> None:
        """Keep the clock and the orders taken in for the next start."""
        state = {
            "world": world_key(),
            "clock": self.clock,
            "furthest": self.furthest,
            "placed_orders": self.placed_orders,
            "alone_since": self.alone_since,
            "told": self.told,
            "checkouts": self.checkouts,
            "mails_read": sorted(self.mails_read),
        }
        path = self.root / "state.json"
        path.with_suffix(".part").write_bytes(orjson.dumps(state, option=orjson.OPT_INDENT_2))
        path.with_suffix(".part").replace(path)

    def describe(self) -> dict[str, Any]:
        """Return what ``GET /clock`` shows."""
        return {
            "clock": iso(self.clock),
            "furthest": iso(self.furthest),
            "orders_taken": [order.po_number for order in self.placed_orders],
            "orders_refused": self.refused,
        }


def open_store(root: Path, orders_inbox: Path | None, clock: int, shop_url: str) -> Store:
    """Return a store whose clock stands at a moment, built or taken up where it was left."""
    root.mkdir(parents=True, exist_ok=True)
    state_path = root / "state.json"
    state: dict[str, Any] = json.loads(state_path.read_text()) if state_path.exists() else {}
    if state.get("world") != world_key():
        forget(root)
        state = {"furthest": clock, "placed_orders": []}
    placed = [
        PlacedOrder(**{**each, "lines": tuple(tuple(line) for line in each["lines"])})
        for each in state["placed_orders"]
    ]
    checkouts = [
        Checkout(**{**each, "attributes": tuple((name, value) for name, value in each.get("attributes", ()))})
        for each in state.get("checkouts", ())
    ]
    world = with_checkouts(open_world(root / "cache", placed), checkouts)
    told = [Told(**each) for each in state.get("told", ())]
    since = state.get("alone_since", clock)
    shown = shown_at(world, "shopify", told, clock, alone_since=since)
    shop = ShopAt(world, clock, shop_url, shown=shown, attributes=attributes_of(checkouts))
    store = Store(
        root, orders_inbox, shop_url, world, shop, state["furthest"], placed,
        alone_since=since, told=told, checkouts=checkouts,
        mails_read=set(state.get("mails_read", ())),
    )  # fmt: skip
    store.set_clock(clock)
    write_truth_once(root, store.world, store.placed_orders)
    return store


def forget(root: Path) -> None:
    """Delete what a store of another world (older code, other data) left: its history is not this one's.

    The truth names its world itself.
    """
    for name in ("wholesale", "wms", "suppliers", "planners", "waitlist"):
        shutil.rmtree(root / name, ignore_errors=True)
    for name in ("state.json", "written_through.txt"):
        (root / name).unlink(missing_ok=True)


def write_truth_once(root: Path, world: World, placed_orders: list[PlacedOrder]) -> None:
    """Write the truth of this world unless it is there."""
    mark = root / "truth" / "world.txt"
    key = world_key(placed_orders)
    if not mark.exists() or mark.read_text() != key:
        write_truth(world, root / "truth")
        mark.write_text(key)


def write_once(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and never over an existing one."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
