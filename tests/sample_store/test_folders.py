"""The store's folders, its clock and its inbox."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import mockedi.transactions
import mockedi.validate
import mockedi.x12
import openpyxl
import pyarrow.parquet as pq
import pytest
from tests.worlds import lend_world

from sample_store.folders import daily, standing
from sample_store.folders.spreadsheet import workbook
from sample_store.local_time import iso, parse_moment
from sample_store.shopify.shapes import LINE_IDS
from sample_store.store import Store, open_store
from sample_store.world.books import levels_at
from sample_store.world.build import World
from sample_store.world.demand import SHOPIFY
from sample_store.world.places import LOCATIONS

PO_HEADER = (
    "po_number,version,supplier_id,supplier_name,ship_to_location_id,currency,ordered_date,requested_date,line_number,sku,"
    "supplier_sku,description,units,pack_units,unit_cost,line_value,payment_terms,ship_via,delivery_address,reason"
)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sheet_of(path: Path) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


def contents(root: Path) -> dict[str, bytes]:
    """Return every file that the store has written for others."""
    folders = ("wholesale", "wms", "suppliers", "planners", "waitlist")
    return {str(path.relative_to(root)): path.read_bytes() for each in folders for path in (root / each).rglob("*.*")}


def order_file(
    store: Store, po_number: str, sku: str, units: int, *, supplier: str = "S01", day: str = "2011-06-20"
) -> Path:
    assert store.orders_inbox is not None
    path = store.orders_inbox / f"{po_number}.csv"
    head = f"{po_number},1,{supplier},Pennine Pottery,LONDON,GBP,{day},{day}"
    line = f"{head},1,{sku},X,Y,{units},1,1.00,{units}.00,30 days,Road,London,why"
    path.write_text(f"{PO_HEADER}\n{line}\n")
    return path


def test_a_days_files_appear_once_the_day_is_over(store: Store):
    assert (store.root / "wms" / "receipts-2011-06-17.csv").exists()
    assert not list(store.root.rglob("*2011-06-20*"))

    store.set_clock(parse_moment("2011-06-20T23:59"))
    assert not list(store.root.rglob("*2011-06-20*"))

    store.set_clock(parse_moment("2011-06-21T00:00"))
    names = {path.name for path in store.root.rglob("*2011-06-20*")}
    assert "orders-2011-06-20.csv" in names
    assert "receipts-2011-06-20.csv" in names


def test_files_once_written_never_change_and_the_clock_may_go_back(store: Store):
    before = contents(store.root)
    store.set_clock(parse_moment("2011-06-30T06:00"))
    later = contents(store.root)
    late_orders = store.shop.order_count
    store.set_clock(parse_moment("2011-06-20T06:00"))

    assert {name: later[name] for name in before} == before
    assert len(later) > len(before)
    assert contents(store.root) == later
    assert store.shop.order_count < late_orders


def test_a_store_begun_at_the_end_holds_the_same_files_as_one_that_lived_until_there(store: Store, tmp_path: Path):
    store.set_clock(parse_moment("2011-06-30T06:00"))
    lend_world(tmp_path / "other")
    other = open_store(tmp_path / "other", None, parse_moment("2011-06-30T06:00"), "http://shop.example")

    assert contents(other.root) == contents(store.root)


def test_spreadsheets_and_csv_files_have_the_columns_that_were_agreed(store: Store):
    for name, header in (
        ("wholesale/orders-eu-*.xlsx", daily.WHOLESALE_HEADER),
        ("suppliers/terms.xlsx", standing.TERMS_HEADER),
        ("planners/policies.xlsx", standing.POLICY_HEADER),
    ):
        path = sorted(store.root.glob(name))[0]
        rows = sheet_of(path)
        assert list(rows[0]) == list(header)
        assert len(rows) > 5 or "eu" in name
    quantities = [row[8] for row in sheet_of(sorted(store.root.glob("wholesale/*.xlsx"))[0])[1:]]
    assert all(isinstance(each, int) for each in quantities)
    for name, header in (
        ("wholesale/orders-2*.csv", daily.WHOLESALE_HEADER),
        ("wms/adjustments-*.csv", daily.ADJUSTMENT_HEADER),
        ("wms/receipts-*.csv", daily.RECEIPT_HEADER),
        ("suppliers/purchase_orders-*.csv", daily.PURCHASE_HEADER),
        ("suppliers/backorders-*.csv", daily.BACKORDER_HEADER),
        ("suppliers/catalogue-S*.csv", standing.CATALOGUE_HEADER),
        ("waitlist/requests-*.csv", daily.REQUEST_HEADER),
        ("planners/promotions.csv", standing.PROMOTION_HEADER),
        ("planners/prices.csv", standing.PRICE_HEADER),
    ):
        paths = sorted(store.root.glob(name))
        assert paths, name
        assert paths[0].read_text("utf-8").splitlines()[0].split(",") == list(header)


def test_a_formula_in_a_text_stays_a_text():
    sheet = openpyxl.load_workbook(io.BytesIO(workbook("s", ["a"], [["=1+1"], [" padded "]]))).active

    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert sheet["A3"].value == " padded "


def test_repeated_rows_of_a_wholesale_order_have_line_numbers_of_their_own(store: Store):
    keys = [(row["order_number"], row["line"]) for path in store.root.glob("wholesale/*.csv") for row in rows_of(path)]

    assert len(set(keys)) == len(keys) > 40_000


def orders_of(path: Path) -> list[mockedi.transactions.Order]:
    """Return the orders of an X12 file as another program reads them."""
    read = mockedi.x12.parse(path.read_text())
    report = mockedi.validate.validate(read)
    wrong = [each for message in report.messages for each in message.segments]
    found = {(each.tag, element.value) for each in wrong for element in each.elements}
    assert report.accepted == len(report.messages), path.name
    assert found <= {("DTM", "004")}, "the date of the order with its time, which that program has no word for"
    return [mockedi.transactions.read_order(message, "X12") for _, message in read.messages()]


def test_some_customers_order_by_x12_and_their_orders_are_in_no_other_file(store: Store):
    sent = {
        (path.stem.split("-")[1], order.po_number): len(order.lines)
        for path in store.root.glob("wholesale/850-*.edi")
        for order in orders_of(path)
    }
    filed = {
        (row["customer_ref"], row["order_number"])
        for path in store.root.glob("wholesale/*.csv")
        for row in rows_of(path)
    }

    assert len(sent) > 40
    assert sum(sent.values()) > 1_000
    assert not sent.keys() & filed


def file_movements(root: Path) -> list[tuple[str, str, str, int]]:
    """Return (day, sku, location, units) of everything that the files say moved stock."""
    found: list[tuple[str, str, str, int]] = []
    for path in sorted(root.glob("wholesale/*")):
        day = path.stem[-10:]
        if path.suffix == ".csv":
            found += [(day, row["sku"], row["ship_from"], -int(row["quantity"])) for row in rows_of(path)]
        elif path.suffix == ".edi":
            found += [
                (day, line.sku, order.parties["SF"].identifier, -int(line.quantity))
                for order in orders_of(path)
                for line in order.lines
            ]
        else:
            found += [(day, str(row[6]), str(row[5]), -int(str(row[8]))) for row in sheet_of(path)[1:]]
    for path in sorted(root.glob("wms/*.csv")):
        found += [(path.stem[-10:], row["sku"], row["location"], int(row["units"])) for row in rows_of(path)]
    return found


@pytest.mark.slow
def test_the_books_balance_to_the_unit_for_every_sku_and_location(store: Store, world: World):
    """Add up what all shops serve, and nothing else but the opening stock, and meet what is on the shelves."""
    items = {product.sku: product.number * 3 for product in world.products}
    places = {location.location_id: place for place, location in enumerate(LOCATIONS)}
    names = {f"gid://shopify/Location/{location.number}": location.location_id for location in LOCATIONS}

    def add(sku: str, location: str, units: int, into: list[int]) -> None:
        item = items.get(sku.strip().upper())
        if item is not None:
            into[item + places[location]] += units

    store.set_clock(parse_moment("2011-06-30T06:00"))
    moved = file_movements(store.root)
    for clock in ("2011-02-10T06:00", "2011-06-30T06:00"):
        store.set_clock(parse_moment(clock))
        available: list[int] = world.opening_units.tolist()
        committed = [0] * len(available)
        for place in range(store.shop.order_count):
            order = store.shop.order(place)
            location = names[order["fulfillmentOrders"][0]["assignedLocation"]["location"]["id"]]
            for line in order["lineItems"]:
                add(line["sku"], location, -line["quantity"], available)
                add(line["sku"], location, line["quantity"], committed)
            for parcel in order["fulfillments"]:
                for line in parcel["fulfillmentLineItems"]:
                    add(line["lineItem"]["sku"], location, -line["quantity"], committed)
            for refund in order["refunds"]:
                for line in refund["refundLineItems"]:
                    if line["restockType"] == "CANCEL":
                        add(line["lineItem"]["sku"], location, -line["quantity"], committed)
                    if line["restockType"] != "NO_RESTOCK":
                        add(line["lineItem"]["sku"], location, line["quantity"], available)
        for day, sku, location, units in moved:
            if day < clock[:10]:
                add(sku, location, units, available)

        levels = levels_at(store.world, store.clock)
        assert available == levels.available.tolist()
        assert committed == levels.committed.tolist()
        assert (levels.on_hand == levels.available + levels.committed).all()


def test_shopify_shows_more_than_there_is_by_what_other_shops_sold_since_the_store_was_opened(store: Store):
    """It was opened on the 20th; until then its owner copied every sale by hand."""
    orders, lines = store.world.orders, store.world.lines
    assert store.shop.levels.available.tolist() == levels_at(store.world, store.clock).available.tolist()
    opened = store.clock
    store.set_clock(parse_moment("2011-06-21T20:00"))
    since = (orders.channel != SHOPIFY) & (orders.created_at > opened) & (orders.created_at <= store.clock)
    sold = {
        int(product) * 3 + int(orders.location[order])
        for order, product in zip(lines.order, lines.product, strict=True)
        if since[order] and product >= 0
    }
    more = (store.shop.levels.available - levels_at(store.world, store.clock).available).tolist()
    assert sum(more) > 0
    assert {item for item, units in enumerate(more) if units > 0} <= sold


def test_the_truth_agrees_with_what_is_served(store: Store, world: World):
    lost = pq.read_table(store.root / "truth" / "lost_demand.parquet").to_pydict()
    line_ids = {line["id"]: line["quantity"] for place in range(800) for line in store.shop.order(place)["lineItems"]}
    cut = [
        (row, sold)
        for row, sold, channel in zip(lost["source_row"], lost["sold_units"], lost["channel_id"], strict=True)
        if channel == "shopify" and row < 15_000
    ]

    assert len(cut) > 100
    for row, sold in cut:
        assert line_ids.get(f"gid://shopify/LineItem/{LINE_IDS + row}", 0) == sold
    daily_stock = pq.read_table(store.root / "truth" / "stock_daily.parquet")
    assert daily_stock.num_rows == int(world.is_stocked.sum()) * 212


def test_an_order_from_the_inbox_arrives_after_its_lead_time(store: Store):
    sku = next(
        product.sku
        for product in store.world.products
        if product.supplier_id == "S01" and store.shop.levels.available[product.number * 3] == 0
    )
    number = next(product.number for product in store.world.products if product.sku == sku)
    history = contents(store.root)
    seen = [store.shop.order(place) for place in range(0, store.shop.order_count, 40)]
    order_file(store, "PO-000001", sku, 500)

    store.set_clock(parse_moment("2011-06-20T12:00"))
    assert store.describe()["orders_taken"] == ["PO-000001"]
    assert store.shop.levels.incoming[number * 3] >= 500
    store.set_clock(parse_moment("2011-07-20T06:00"))

    arrived = [
        row
        for path in store.root.glob("wms/receipts-*.csv")
        for row in rows_of(path)
        if row["po_number"] == "PO-000001"
    ]
    assert [(row["sku"], row["units"], row["location"], row["line_number"]) for row in arrived] == [
        (sku, "500", "LONDON", "1")
    ]
    assert "2011-06-22" <= arrived[0]["received_at"][:10] <= "2011-07-04"
    assert store.shop.levels.available[number * 3] > 0
    assert not any("PO-000001" in path.read_text() for path in store.root.glob("suppliers/purchase_orders-*.csv"))
    after = contents(store.root)
    assert {name: after[name] for name in history} == history
    store.set_clock(parse_moment("2011-06-20T06:00"))
    assert [
        [line["quantity"] for line in store.shop.order(place)["lineItems"]]
        for place in range(0, store.shop.order_count, 40)
    ] == [[line["quantity"] for line in order["lineItems"]] for order in seen]


def test_an_order_dated_in_the_past_is_taken_as_placed_at_the_furthest_clock(store: Store):
    store.set_clock(parse_moment("2011-06-27T06:00"))
    store.set_clock(parse_moment("2011-06-20T06:00"))
    order_file(store, "PO-000002", store.world.products[0].sku, 12, day="2011-06-20")

    store.set_clock(parse_moment("2011-06-21T06:00"))

    assert [iso(order.placed_at) for order in store.placed_orders] == ["2011-06-27T05:00:00Z"]


def test_a_restart_remembers_the_orders_that_were_taken(store: Store):
    order_file(store, "PO-000003", store.world.products[0].sku, 12)
    store.set_clock(parse_moment("2011-07-20T06:00"))
    before = contents(store.root)

    again = open_store(store.root, store.orders_inbox, parse_moment("2011-07-20T06:00"), "http://shop.example")

    assert [order.po_number for order in again.placed_orders] == ["PO-000003"]
    assert contents(store.root) == before
    assert (again.shop.levels.available == store.shop.levels.available).all()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (",S01,", ",S99,", "S99"),
        (",GBP,2011", ",GBP,soon", "soon"),
        ("PO-000004,1,S01", "PO-000009,1,S01", "PO-000009"),
        (",500,", ",-1,", "-1"),
        ("supplier_id", "supplier", "supplier_id"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused_with_the_reason(store: Store, before: str, after: str, says: str):
    path = order_file(store, "PO-000004", store.world.products[0].sku, 500)
    path.write_text(path.read_text().replace(before, after, 1))

    store.set_clock(parse_moment("2011-06-21T06:00"))

    assert store.describe()["orders_taken"] == []
    assert says in store.refused["PO-000004.csv"]


def test_shoppers_wait_only_for_what_they_could_not_buy(store: Store):
    requests = [row for path in store.root.glob("waitlist/*.csv") for row in rows_of(path)]
    lost = pq.read_table(store.root / "truth" / "lost_demand.parquet").to_pydict()
    nothing_left = {row for row, sold in zip(lost["source_row"], lost["sold_units"], strict=True) if sold == 0}

    assert len(requests) > 1_000
    assert all(int(row["request_id"].removeprefix("W-")) in nothing_left for row in requests)
    assert all(row["email"].endswith(".example") for row in requests)
    assert len({row["request_id"] for row in requests}) == len(requests)


def test_after_the_last_day_nothing_is_sold_and_receipts_still_come(store: Store):
    store.set_clock(parse_moment("2011-12-01T06:00"))

    assert not list(store.root.glob("wholesale/*2011-07*"))
    assert list(store.root.glob("wms/receipts-2011-07*.csv"))
    assert store.shop.levels.incoming.sum() == 0


def test_a_root_left_by_another_world_is_begun_anew(store: Store):
    state = (store.root / "state.json").read_text()
    (store.root / "state.json").write_text(state.replace('"world": "', '"world": "x'))
    (store.root / "wms" / "receipts-2009-01-01.csv").write_text("old")

    open_store(store.root, None, parse_moment("2011-06-20T06:00"), "http://shop.example")

    assert not (store.root / "wms" / "receipts-2009-01-01.csv").exists()
    assert (store.root / "wms" / "receipts-2011-06-17.csv").exists()
