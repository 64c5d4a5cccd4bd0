"""Twelve suppliers in three lanes (simulated): who they are, what they promise, how long they really take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sample_store.draws import between, normal, uniform
from sample_store.local_time import local_date, local_moment, working_day_on_or_after


@dataclass(frozen=True)
class Supplier:
    """A supplier's terms as the buyer typed them, and its true habits, which nobody is told."""

    supplier_id: str
    name: str
    email: str
    lane: str
    quoted_lead_time_days: int
    minimum_order_value: int
    payment_terms: str
    ship_via: str
    share: float
    """Share of the catalogue that it makes."""
    true_days: float
    """Mean calendar days from order to the warehouse's door."""
    spread_days: float
    review_weekday: int
    """The weekday on which the old buyer went through this supplier's products (Monday is 0)."""


def _supplier(
    number: int,
    name: str,
    lane: str,
    quoted: int,
    true_days: float,
    spread: float,
    share: float,
    weekday: int,
    minimum_order_value: int,
    terms: str,
) -> Supplier:
    domain = name.lower().replace("&", "and").replace(" ", "-").replace("'", "").replace(".", "")
    carrier = {"uk_road": "Road, own van", "eu_road": "Road, groupage", "far_east_sea": "Sea, FCL Felixstowe"}[lane]
    return Supplier(
        f"S{number:02}",
        name,
        f"orders@{domain}.example",
        lane,
        quoted,
        minimum_order_value,
        terms,
        carrier,
        share,
        true_days,
        spread,
        weekday,
    )


SUPPLIERS = (
    _supplier(1, "Pennine Pottery", "uk_road", 5, 4.6, 1.0, 0.10, 0, 150, "30 days net"),
    _supplier(2, "Thames Paper Works", "uk_road", 5, 5.4, 1.3, 0.10, 1, 100, "30 days net"),
    _supplier(3, "Calder Textiles", "uk_road", 5, 5.0, 1.0, 0.10, 2, 150, "30 days net"),
    _supplier(4, "Black Country Metalware", "uk_road", 6, 6.5, 1.8, 0.08, 3, 200, "14 days net"),
    _supplier(5, "Atelier Garonne", "eu_road", 12, 12.0, 2.2, 0.09, 4, 300, "30 days net"),
    _supplier(6, "Glashaus Bayern", "eu_road", 12, 11.0, 1.6, 0.09, 0, 300, "30 days net"),
    _supplier(7, "Cesteria Toscana", "eu_road", 14, 13.5, 2.8, 0.08, 1, 250, "45 days net"),
    _supplier(8, "Vlaamse Kaarsen", "eu_road", 10, 12.5, 2.5, 0.07, 2, 250, "30 days net"),
    _supplier(
        9,
        "Ningbo Bright Home",
        "far_east_sea",
        45,
        46.0,
        5.0,
        0.11,
        3,
        1500,
        "30 % in advance, balance on bill of lading",
    ),
    _supplier(
        10,
        "Shantou Gift Makers",
        "far_east_sea",
        45,
        44.0,
        6.5,
        0.10,
        4,
        1500,
        "30 % in advance, balance on bill of lading",
    ),
    _supplier(11, "Saigon Lacquer House", "far_east_sea", 42, 47.0, 6.0, 0.08, 1, 1000, "letter of credit at sight"),
    _supplier(12, "Baltic Lantern Studio", "eu_road", 10, 13.0, 2.0, 0.0, 0, 200, "30 days net"),
)

SLOWER_SUPPLIER, SLOWER_FROM, SLOWER_BY_DAYS = "S03", date(2011, 5, 1), 5
"""Orders placed with this supplier from this day on take five days longer."""
IN_PARTS_SUPPLIER = "S07"
BACKORDER_SUPPLIER = "S05"
NEW_SUPPLIER = "S12"
"""Has delivered exactly once by the end of June 2011."""

DELAYED_ORDERS = {
    ("S02", date(2011, 5, 24)): 41,
    ("S10", date(2011, 4, 22)): 27,
    ("S08", date(2011, 6, 8)): 16,
}
"""Extra days of orders that went astray: on 2011-06-30 they are overdue."""


def lead_time_days(supplier: Supplier, ordered: date, *names: object) -> int:
    """Return the calendar days from an order to its first shipment's arrival; at least two."""
    days = supplier.true_days + supplier.spread_days * max(-1.8, normal("lead time", *names))
    if uniform("bad luck", *names) < 0.06:
        days += between(0.3, 1.0, "how bad", *names) * supplier.true_days
    if supplier.supplier_id == SLOWER_SUPPLIER and ordered >= SLOWER_FROM:
        days += SLOWER_BY_DAYS
    days += DELAYED_ORDERS.get((supplier.supplier_id, ordered), 0)
    return max(2, round(days))


def arrival(ordered_at: int, days: int, *names: object) -> int:
    """Return the moment a shipment is booked in: a working day, between seven and three o'clock."""
    day = working_day_on_or_after(local_date(ordered_at) + timedelta(days=days))
    return local_moment(day, between(7.0, 15.0, "door", *names))
