"""The files that stand from the start: supplier terms and catalogues, the planners' promotions and policies."""

from __future__ import annotations

from sample_store.folders.daily import csv_bytes
from sample_store.folders.spreadsheet import Cell, workbook
from sample_store.folders.supplier_x12 import x12_name
from sample_store.world.build import World
from sample_store.world.prices import MARKDOWNS
from sample_store.world.suppliers import SUPPLIERS

TERMS_HEADER = [
    "supplier_id",
    "name",
    "email",
    "lane",
    "currency",
    "quoted_lead_time_days",
    "minimum_order_value",
    "payment_terms",
    "ship_via",
    "x12_id",
]
CATALOGUE_HEADER = [
    "supplier_id",
    "supplier_sku",
    "sku",
    "unit_cost",
    "currency",
    "pack_units",
    "minimum_order_units",
    "is_discontinued",
]
PROMOTION_HEADER = ["promotion_id", "name", "category", "sku", "starts_on", "ends_on", "discount_percent"]
PRICE_HEADER = ["sku", "price", "from", "until", "why", "who", "usual_price"]
POLICY_HEADER = [
    "scope",
    "key",
    "service_level",
    "service_kind",
    "method",
    "review_days",
    "target_days_of_supply",
    "is_seasonal",
    "set_by",
    "valid_until",
]

PROMOTIONS: tuple[tuple[Cell, ...], ...] = (
    ("PR-01", "Advent countdown", "christmas", "", "2010-12-01", "2010-12-12", 10),
    ("PR-02", "After Christmas", "christmas", "", "2010-12-27", "2011-01-16", 50),
    ("PR-03", "Tidy January", "storage", "", "2011-01-10", "2011-01-23", 15),
    ("PR-04", "Valentine", "party", "", "2011-01-31", "2011-02-13", 15),
    ("PR-05", "Hearts", "", "85123A", "2011-01-31", "2011-02-13", 10),
    ("PR-06", "Pancake day", "kitchen", "", "2011-02-28", "2011-03-08", 10),
    ("PR-07", "Mothering Sunday", "jewellery", "", "2011-03-21", "2011-04-03", 20),
    ("PR-08", "Easter toys", "toys", "", "2011-04-11", "2011-04-24", 15),
    ("PR-09", "Street parties", "party", "", "2011-04-18", "2011-05-02", 20),
    ("PR-10", "Bunting for all", "", "47566", "2011-04-18", "2011-05-02", 15),
    ("PR-11", "Into the garden", "garden", "", "2011-05-09", "2011-05-29", 15),
    ("PR-12", "Picnic", "", "22384", "2011-05-23", "2011-06-05", 10),
    ("PR-13", "Summer bags", "bags", "", "2011-06-13", "2011-06-26", 15),
    ("PR-14", "Summer sale", "textiles", "", "2011-07-04", "2011-07-17", 25),
)
"""Simulated; laid loosely over bumps that the real sales show."""

POLICIES: tuple[tuple[Cell, ...], ...] = (
    ("default", "*", "", "money", "quantile", 7, 45, "no", "head of buying", ""),
    ("category", "christmas", 0.90, "cycle", "quantile", 7, 30, "yes", "head of buying", ""),
    ("category", "garden", "", "money", "quantile", 7, 45, "yes", "head of buying", ""),
    ("category", "lighting", 0.97, "cycle", "quantile", 7, 45, "no", "lighting buyer", "2011-12-31"),
    ("category", "jewellery", 0.92, "fill", "quantile", 7, 60, "no", "head of buying", ""),
    ("supplier", "S09", "", "money", "quantile", 14, 75, "no", "import buyer", ""),
    ("supplier", "S10", 0.95, "cycle", "both_variances", 14, 75, "no", "import buyer", ""),
    ("supplier", "S11", 0.95, "cycle", "classic", 14, 75, "no", "import buyer", "2011-06-15"),
    ("supplier", "S12", 0.80, "cycle", "quantile", 7, 14, "no", "import buyer", ""),  # new: little is risked on it yet
    ("sku", "85123A", 0.99, "cycle", "quantile", 7, 30, "no", "head of buying", ""),
    ("sku", "22423", 0.99, "cycle", "quantile", 7, 30, "no", "head of buying", ""),
    ("sku", "47566", 0.98, "cycle", "quantile", 7, 30, "yes", "party buyer", "2011-09-30"),
)


def standing_files(world: World) -> dict[str, bytes]:
    """Return path below the store's root to content."""
    files = {
        "suppliers/terms.xlsx": workbook(
            "terms",
            TERMS_HEADER,
            [
                [
                    each.supplier_id,
                    each.name,
                    each.email,
                    each.lane,
                    "GBP",
                    each.quoted_lead_time_days,
                    each.minimum_order_value,
                    each.payment_terms,
                    each.ship_via,
                    x12_name(each),
                ]
                for each in SUPPLIERS
            ],
        ),
        "planners/promotions.csv": csv_bytes(PROMOTION_HEADER, PROMOTIONS),
        "planners/prices.csv": csv_bytes(PRICE_HEADER, _price_rows(world)),
        "planners/policies.xlsx": workbook("policies", POLICY_HEADER, POLICIES),
    }
    for supplier in SUPPLIERS:
        rows: list[list[Cell]] = [
            [
                each.supplier_id,
                each.supplier_sku,
                each.sku,
                f"{each.cost_pence / 100:.2f}",
                "GBP",
                each.pack_units,
                each.minimum_order_units,
                "yes" if world.product_retired_at[each.number] else "no",
            ]
            for each in world.products
            if each.supplier_id == supplier.supplier_id
        ]
        files[f"suppliers/catalogue-{supplier.supplier_id}.csv"] = csv_bytes(CATALOGUE_HEADER, rows)
    return files


def _price_rows(world: World) -> list[list[Cell]]:
    """Return the prices of the markdowns, whose days are all over; the catalogue is back at the usual price."""
    return [
        [
            product.sku,
            f"{product.price_pence * (100 - each.percent_off) / 10_000:.2f}",
            each.first_day.isoformat(),
            each.last_day.isoformat(),
            each.why,
            each.who,
            f"{product.price_pence / 100:.2f}",
        ]
        for which, each in enumerate(MARKDOWNS)
        for product in world.products
        if world.was_marked_down[which, product.number]
    ]
