"""The half-year, moment by moment: wishes meet stock, the buyer reorders, suppliers deliver.

A sale is ``min(wanted, available)`` at its moment and location. Everything is fixed by the source and the seed.
What happens until a moment never depends on what comes after it: a new order from the inbox changes the future only.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from sample_store.draws import between, uniform
from sample_store.local_time import local_date, local_moment, next_working_day
from sample_store.world.answers import answer
from sample_store.world.buyer import NEW_SUPPLIER_ORDER_DAYS, REVIEW_HOUR, SUPPLIER_POSITION, Habits, review_days
from sample_store.world.catalogue import Product
from sample_store.world.demand import (
    SILENT_ON_RETURNS,
    TAKE_BACK,
    TELL_WHAT_WAS_PAID_BACK,
    WHOLESALE,
    WISH,
    Demand,
)
from sample_store.world.outcome import (
    AdjustmentRow,
    BackorderRow,
    Outcome,
    PlacedOrder,
    PurchaseRow,
    ReceiptRow,
    RefundRow,
    WholesaleRow,
)
from sample_store.world.source import NO_CUSTOMER, SourceLines, is_product_code
from sample_store.world.suppliers import (
    BACKORDER_SUPPLIER,
    IN_PARTS_SUPPLIER,
    NEW_SUPPLIER,
    SUPPLIERS,
    Supplier,
    arrival,
    lead_time_days,
)
from sample_store.world.tables import CANCEL, NO_RESTOCK, RETURN

MISTYPED_UNITS = 10_000
"""An order of so many was a slip of the pen (the source's pair of 74,215): typed, taken back, never near the stock."""
TWO_PARCELS_SHARE = 0.09
WAITING_SHARE = 0.16
"""Of the shoppers who find a product out, those who leave an address."""

PLACEMENT, RECEIPT, REVIEW = 0, 1, 2


def parcel_times(invoice: str, created_on: date, line_count: int) -> tuple[int, int]:
    """Return when an order's first and second parcel leave: the next working morning; 0 for no second parcel."""
    first_day = next_working_day(created_on)
    first = local_moment(first_day, between(7.25, 10.5, "parcel", invoice))
    if line_count < 4 or uniform("two parcels", invoice) >= TWO_PARCELS_SHARE:
        return first, 0
    second_day = next_working_day(next_working_day(first_day) if uniform("slow", invoice) < 0.4 else first_day)
    return first, local_moment(second_day, between(7.25, 10.5, "second parcel", invoice))


def parcel_of(invoice: str, row: int, second_parcel_at: int) -> int:
    """Return in which of its order's parcels a line leaves: 1 or 2."""
    return 2 if second_parcel_at and uniform("which parcel", invoice, row) < 0.3 else 1


class _Simulation:
    """The state of the shop at one moment. Lists, not arrays: a million single reads and writes."""

    def __init__(
        self,
        source: SourceLines,
        demand: Demand,
        products: Sequence[Product],
        product_of: dict[str, int],
        habits: Habits,
    ) -> None:
        self.source, self.products, self.product_of, self.habits = source, products, product_of, habits
        self.kind, self.channel, self.location = demand.kind.tolist(), demand.channel.tolist(), demand.location.tolist()
        self.units, self.customer = source.units.tolist(), source.customer.tolist()
        self.available: list[int] = habits.opening_units.tolist()
        self.stocked: list[bool] = habits.is_stocked.tolist()
        self.on_order = [0] * len(self.available)
        self.bought: dict[tuple[int, str], list[list[int]]] = defaultdict(list)
        self.parcels: dict[str, tuple[int, int]] = {}
        self.events: list[tuple[int, int, int, Any]] = []
        self.turn = count()
        self.order_number = 0
        self.outcome = Outcome(sold_units=[0] * len(self.units))
        self.products_of_supplier: dict[int, list[int]] = defaultdict(list)
        for item, stocked in enumerate(self.stocked):
            if stocked:
                self.products_of_supplier[SUPPLIER_POSITION[products[item // 3].supplier_id]].append(item)

    def push(self, at: int, kind: int, payload: Any) -> None:  # noqa: ANN401 - three kinds of event share the heap
        heapq.heappush(self.events, (at, kind, next(self.turn), payload))

    def happen_until(self, moment: float) -> None:
        while self.events and self.events[0][0] <= moment:
            at, kind, _, payload = heapq.heappop(self.events)
            if kind == RECEIPT:
                self.outcome.receipts.append(payload)
                item = payload.product * 3 + payload.location
                self.available[item] += payload.units
                self.on_order[item] -= payload.units
                self.stocked[item] = True
            elif kind == REVIEW:
                self.review(payload[0], payload[1], at)
            else:
                self.place(payload)

    def want(self, row: int, at: int) -> None:
        sku, wanted, location = self.source.sku[row], self.units[row], self.location[row]
        product = self.product_of.get(sku, -1)
        sold = wanted
        moves_stock = product >= 0 and wanted < MISTYPED_UNITS
        if moves_stock:
            item = product * 3 + location
            sold = min(wanted, self.available[item])
            self.available[item] -= sold
            if sold < wanted:
                self.outcome.lost_rows.append((row, product, sold))
                if sold == 0 and self.channel[row] != WHOLESALE and uniform("waits", row) < WAITING_SHARE:
                    self.outcome.requests.append((row, product, wanted, at + 60 * round(between(1, 9, "minutes", row))))
        self.outcome.sold_units[row] = sold
        if self.customer[row] != NO_CUSTOMER:
            self.bought[self.customer[row], sku].append([row, wanted, sold])
        if sold and self.channel[row] == WHOLESALE:
            self.outcome.wholesale.append(WholesaleRow(row, at, location, product, sold, moves_stock))

    def take_back(self, row: int, at: int) -> None:
        """Match a C line to the customer's latest purchases of that SKU; what never was bought here is corrected."""
        left = -self.units[row]
        sku = self.source.sku[row]
        product = self.product_of.get(sku, -1)
        purchases = self.bought.get((self.customer[row], sku), [])
        matched = False
        while purchases and left > 0:
            line_row, wanted, sold = purchases[-1]
            taken = min(left, wanted)
            given = min(taken, sold)
            left -= taken
            matched = True
            purchases[-1][1] -= taken
            purchases[-1][2] -= given
            if purchases[-1][1] == 0:
                purchases.pop()
            if given and self.channel[line_row] != WHOLESALE:
                self.refund(row, line_row, at, given, product)
            elif given:
                moves_stock = product >= 0 and self.units[line_row] < MISTYPED_UNITS
                location = self.location[line_row]
                self.outcome.wholesale.append(WholesaleRow(row, at, location, product, -given, moves_stock))
                if moves_stock:
                    self.available[product * 3 + location] += given
        if matched:
            return
        if self.channel[row] == WHOLESALE:
            location = self.location[row]
            self.outcome.wholesale.append(WholesaleRow(row, at, location, product, -left, product >= 0))
            if product >= 0:
                self.available[product * 3 + location] += left
                self.stocked[product * 3 + location] = True
        elif product >= 0:
            self.adjust(row, at, self.home_of(product, self.location[row]), product, left, "return without an order")

    def refund(self, row: int, line_row: int, at: int, units: int, product: int) -> None:
        invoice = self.source.invoice[line_row]
        first, second = self.parcels[invoice]
        leaves = second if parcel_of(invoice, line_row, second) == 2 else first
        if at < leaves:
            restock_type = CANCEL
        else:
            restock_type = RETURN if product >= 0 and uniform("damaged", row) > 0.18 else NO_RESTOCK
        if restock_type != CANCEL and self.channel[line_row] in SILENT_ON_RETURNS:
            if restock_type == RETURN:
                self.adjust(row, at, self.location[line_row], product, units, "return through a marketplace")
            if self.channel[line_row] not in TELL_WHAT_WAS_PAID_BACK:
                return
            restock_type = NO_RESTOCK
        self.outcome.refunds.append(RefundRow(row, line_row, at, units, restock_type))
        if product >= 0 and restock_type != NO_RESTOCK:
            self.available[product * 3 + self.location[line_row]] += units

    def correct(self, row: int, at: int) -> None:
        """Write off what the source writes off, as far as it is there; add what the warehouse found."""
        sku, units = self.source.sku[row], self.units[row]
        reason = " ".join(self.source.description[row].split()) or ("found" if units > 0 else "stock count")
        product = self.product_of.get(sku, -1)
        if product < 0:
            if is_product_code(sku):
                self.outcome.adjustments.append(AdjustmentRow(row, at, self.location[row], -1, units, reason))
        elif units > 0:
            self.adjust(row, at, self.home_of(product, self.location[row]), product, units, reason)
        else:
            location = max(range(3), key=lambda each: self.available[product * 3 + each])
            there = min(-units, self.available[product * 3 + location])
            if there:
                self.adjust(row, at, location, product, -there, reason)

    def adjust(self, row: int, at: int, location: int, product: int, units: int, reason: str) -> None:
        self.available[product * 3 + location] += units
        self.outcome.adjustments.append(AdjustmentRow(row, at, location, product, units, reason))

    def home_of(self, product: int, preferred: int) -> int:
        """Return the preferred location, or the first that stocks the product where the preferred one does not."""
        stocked = [each for each in range(3) if self.stocked[product * 3 + each]]
        return preferred if preferred in stocked else stocked[0]

    def review(self, position: int, day: date, at: int) -> None:
        """Order what has fallen to its reorder point, and the first lots of new products, from one supplier."""
        supplier = SUPPLIERS[position]
        habits = self.habits
        wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for item, units in habits.launches.get((position, day), []):
            wanted[item % 3].append((item, units))
        only_launches = supplier.supplier_id == NEW_SUPPLIER and day == NEW_SUPPLIER_ORDER_DAYS[0]
        for item in [] if only_launches else self.products_of_supplier[position]:
            if not habits.starts_on[item] <= day < habits.stops_on[item]:
                continue
            if self.products[item // 3].category == "christmas" and day.year == 2011:
                continue
            position_units = self.available[item] + self.on_order[item]
            if position_units <= habits.reorder_point[item]:
                short = int(habits.reorder_point[item]) - position_units
                step = int(habits.order_units[item])
                wanted[item % 3].append((item, step * (1 + short // step)))
        for location in sorted(wanted):
            if supplier.supplier_id == NEW_SUPPLIER and location != min(wanted):
                continue
            self.order_number += 1
            lines = tuple(
                (number, item // 3, units, self.products[item // 3].cost_pence)
                for number, (item, units) in enumerate(sorted(wanted[location]), start=1)
            )
            self.place(PlacedOrder(f"H-{self.order_number:06}", supplier.supplier_id, location, at, lines))

    def place(self, order: PlacedOrder) -> None:
        """Write down an order and schedule its shipments."""
        position = SUPPLIER_POSITION[order.supplier_id]
        supplier = SUPPLIERS[position]
        ordered_on = local_date(order.placed_at)
        promised = ordered_on + timedelta(days=supplier.quoted_lead_time_days)
        is_ours = not order.po_number.startswith("H-")
        names = (order.po_number, order.supplier_id) if is_ours else (order.supplier_id, order.location, ordered_on)
        days = lead_time_days(supplier, ordered_on, *names)
        for number, product, units, cost in order.lines:
            self.outcome.purchases.append(
                PurchaseRow(
                    order.po_number,
                    number,
                    position,
                    order.location,
                    product,
                    units,
                    cost,
                    order.placed_at,
                    promised.isoformat(),
                    is_ours,
                )
            )
            shipments = (
                self.answered(order, supplier, days, number, product, units, names)
                if is_ours
                else self.shipments(order, supplier, days, number, product, units, names)
            )
            self.on_order[product * 3 + order.location] += sum(part_units for _, _, part_units in shipments)
            for part, at, part_units in shipments:
                row = ReceiptRow(
                    at,
                    f"R-{order.po_number}-{number}-{part}",
                    f"SH-{order.po_number}-{part}",
                    order.po_number,
                    number,
                    order.location,
                    product,
                    part_units,
                )
                self.push(at, RECEIPT, row)

    def answered(
        self,
        order: PlacedOrder,
        supplier: Supplier,
        days: int,
        number: int,
        product: int,
        units: int,
        names: tuple[object, ...],
    ) -> list[tuple[int, int, int]]:
        """Return (shipment number, arrival, units) for one line of an order that its supplier answers."""
        ordered = local_date(order.placed_at)
        said = answer(
            supplier.supplier_id,
            order.po_number,
            number,
            self.products[product].sku,
            units,
            self.products[product].pack_units,
            ordered=ordered,
            quoted=supplier.quoted_lead_time_days,
        )
        if said.later_units:
            wait = (said.later_on - ordered).days + round(between(-2, 9, "back-order days", *names))
            late = arrival(order.placed_at, max(days, wait), *names, "late")
            return [(2, late, said.later_units)]
        return self.shipments(order, supplier, days, number, product, said.units, names, may_be_out=False)

    def shipments(
        self,
        order: PlacedOrder,
        supplier: Supplier,
        days: int,
        number: int,
        product: int,
        units: int,
        names: tuple[object, ...],
        *,
        may_be_out: bool = True,
    ) -> list[tuple[int, int, int]]:
        """Return (shipment number, arrival, units) for one line: whole, in parts, or later than the rest."""
        on_time = arrival(order.placed_at, days, *names)
        if may_be_out and supplier.supplier_id == BACKORDER_SUPPLIER and uniform("back-order", *names, product) < 0.07:
            wait = round(between(14, 32, "back-order days", *names))
            late = arrival(order.placed_at, days + wait, *names, "late")
            noted = on_time - 86_400 * 2
            promised = local_date(on_time) + timedelta(days=21)
            self.outcome.backorders.append(
                BackorderRow(order.po_number, number, product, units, max(noted, order.placed_at), promised.isoformat())
            )
            return [(2, late, units)]
        packs = units // self.products[product].pack_units
        if supplier.supplier_id == IN_PARTS_SUPPLIER and packs >= 2:
            first = max(1, round(packs * between(0.4, 0.7, "first part", *names))) * self.products[product].pack_units
            rest = arrival(order.placed_at, days + round(between(5, 13, "second part", *names)), *names, "rest")
            return [(1, on_time, first), (2, rest, units - first)] if first < units else [(1, on_time, units)]
        return [(1, on_time, units)]


def simulate(
    source: SourceLines,
    demand: Demand,
    products: Sequence[Product],
    product_of: dict[str, int],
    habits: Habits,
    placed_orders: Sequence[PlacedOrder] = (),
) -> Outcome:
    """Return what happens to every line of the source, and what is ordered and received for it.

    Receipts after the source's last day are included: the clock decides what has happened yet.
    """
    shop = _Simulation(source, demand, products, product_of, habits)
    for position, supplier in enumerate(SUPPLIERS):
        for day in review_days(supplier):
            shop.push(local_moment(day, REVIEW_HOUR), REVIEW, (position, day))
    for order in placed_orders:
        shop.push(order.placed_at, PLACEMENT, order)
    line_count: dict[str, int] = defaultdict(int)
    created_at: dict[str, int] = {}
    moments = source.at.tolist()
    for row, invoice in enumerate(source.invoice):
        line_count[invoice] += 1
        created_at.setdefault(invoice, moments[row])
    for row, invoice in enumerate(source.invoice):
        at = created_at[invoice]
        shop.happen_until(at)
        kind = shop.kind[row]
        if kind == WISH:
            if invoice not in shop.parcels:
                shop.parcels[invoice] = parcel_times(invoice, local_date(at), line_count[invoice])
            shop.want(row, at)
        elif kind == TAKE_BACK:
            shop.take_back(row, at)
        else:
            shop.correct(row, at)
    shop.happen_until(float("inf"))
    return shop.outcome
