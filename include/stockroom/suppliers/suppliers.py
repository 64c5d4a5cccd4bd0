"""Files about suppliers: their terms, catalogues, what was ordered from them before, and what they answer."""

from __future__ import annotations

from pathlib import Path

from stockroom.settings import Settings, SettingsError
from stockroom.streams import Part, Stream, may_be_blank, needs
from stockroom.suppliers.answers import ANSWERS
from stockroom.tabular import FileSource, FileStream, is_set

# Each version of a file lands whole: a row that the newest version lacks holds no longer (int_files_in_force).
TERMS = Stream(
    "suppliers",
    "terms",
    key=("supplier_id",),
    checks=(
        Part(
            (
                *needs("quoted_lead_time_days", kind="days"),
                *may_be_blank("drop_ship_buffer_units", kind="units_there"),
                *may_be_blank("drop_ship_hours", kind="whole_days"),
                *may_be_blank("drop_ship_offer_old", kind="flag"),
                *may_be_blank("drop_ship_orders_from", kind="day"),
                *may_be_blank("minimum_order_value", "small_order_fee", kind="price"),
                *may_be_blank("free_freight_value", "freight_cost", kind="price"),
                *may_be_blank("landed_cost_percent", "return_credit_percent", kind="percent"),
                *may_be_blank("maximum_pallets", kind="units"),
                *needs("currency", kind="currency"),
            )
        ),
    ),
)
CATALOGUES = Stream(
    "suppliers",
    "catalogues",
    key=("supplier_id", "supplier_sku"),
    checks=(
        Part(
            (
                *needs("unit_cost", kind="price"),
                *needs("currency", kind="currency"),
                *may_be_blank("pack_units", "minimum_order_units", "pallet_units", kind="units"),
                *may_be_blank("contract_unit_cost", kind="price"),
                *may_be_blank("contract_from", "contract_until", kind="day"),
                *may_be_blank("is_discontinued", kind="flag"),
            )
        ),
    ),
)
PURCHASE_ORDERS = Stream(
    "suppliers",
    "purchase_orders",
    key=("po_number", "line_number"),
    checks=(
        Part(
            (
                *needs("line_number", kind="number"),
                *needs("units", kind="units"),
                *needs("unit_cost", kind="price"),
                *needs("currency", kind="currency"),
                *needs("ordered_at", kind="moment"),
                *may_be_blank("requested_date", "promised_date", kind="day"),
            )
        ),
    ),
)
# What a supplier said by a day: an earlier day is planned with what was said before it.
BACKORDERS = Stream(
    "suppliers",
    "backorders",
    key=("po_number", "line_number"),
    is_history=True,
    checks=(
        Part(
            (
                *needs("line_number", kind="number"),
                *needs("units_backordered", kind="units"),
                *needs("noted_at", kind="moment"),
                *may_be_blank("new_promised_date", kind="day"),
            )
        ),
    ),
)

TERMS_COLUMNS = (
    "supplier_id",
    "name",
    "email",
    "lane",
    "currency",
    "quoted_lead_time_days",
    "minimum_order_value",
    "payment_terms",
    "ship_via",
)
CATALOGUE_COLUMNS = (
    "supplier_id",
    "supplier_sku",
    "sku",
    "unit_cost",
    "currency",
    "pack_units",
    "minimum_order_units",
    "is_discontinued",
)
PURCHASE_ORDER_COLUMNS = (
    "po_number",
    "line_number",
    "supplier_id",
    "ship_to",
    "sku",
    "units",
    "unit_cost",
    "currency",
    "ordered_at",
    "requested_date",
    "promised_date",
)
BACKORDER_COLUMNS = ("po_number", "line_number", "sku", "units_backordered", "noted_at", "new_promised_date")
# Beside them terms may hold x12_id, as which a supplier sends, closed_days ("2011-12-24 to 2012-01-02; 2012-04-06"),
# order_days ("Tue, Thu") and order_cut_off ("10:30"), and a catalogue price_breaks ("48 at 1.90; 96 at 1.80"):
# stockroom.warehouse.suppliers_words reads them. Of a whole order terms may say small_order_fee, free_freight_value,
# freight_cost, maximum_pallets and landed_cost_percent; of an item a catalogue may say pallet_units,
# contract_unit_cost, contract_from and contract_until.


def folder(settings: Settings) -> Path | str:
    """Return the folder that the buyers and suppliers fill."""
    return settings.suppliers_dir


def outgoing(settings: Settings) -> Path | str:
    """Return the folder that suppliers fetch acknowledgements of their X12 files from.

    Raises:
        SettingsError: it is the one that theirs arrive in; we would take what we wrote for theirs.
    """
    folder = settings.suppliers_out_dir
    if is_set(folder) and folder == settings.suppliers_dir:
        raise SettingsError("STOCKROOM_SUPPLIERS_OUT_DIR is the folder that answers arrive in; give it one of its own")
    return folder


SUPPLIERS = FileSource(
    name="suppliers",
    setting="suppliers_dir",
    folder=folder,
    outgoing=outgoing,
    files=(
        FileStream(TERMS, pattern="terms*.xlsx", columns=TERMS_COLUMNS),
        FileStream(TERMS, pattern="terms*.csv", columns=TERMS_COLUMNS),
        FileStream(CATALOGUES, pattern="catalogue-*.csv", columns=CATALOGUE_COLUMNS),
        FileStream(CATALOGUES, pattern="catalogue-*.xlsx", columns=CATALOGUE_COLUMNS),
        FileStream(CATALOGUES, pattern="catalogue-*.json", columns=CATALOGUE_COLUMNS),
        FileStream(PURCHASE_ORDERS, pattern="purchase_orders-*.csv", columns=PURCHASE_ORDER_COLUMNS),
        FileStream(BACKORDERS, pattern="backorders-*.csv", columns=BACKORDER_COLUMNS),
        *ANSWERS,
    ),
)
