"""Files about suppliers: their terms, catalogues, what was ordered from them before, and what they answer."""

from __future__ import annotations

from pathlib import Path

from stockroom.settings import Settings, SettingsError
from stockroom.streams import Stream
from stockroom.suppliers.answers import ANSWERS
from stockroom.tabular import FileSource, FileStream, is_set

# Each version of a file lands whole: a row that the newest version lacks holds no longer (int_files_in_force).
TERMS = Stream("suppliers", "terms", key=("supplier_id",))
CATALOGUES = Stream("suppliers", "catalogues", key=("supplier_id", "supplier_sku"))
PURCHASE_ORDERS = Stream("suppliers", "purchase_orders", key=("po_number", "line_number"))
# What a supplier said by a day: an earlier day is planned with what was said before it.
BACKORDERS = Stream("suppliers", "backorders", key=("po_number", "line_number"), is_history=True)

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
