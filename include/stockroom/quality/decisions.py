"""What must hold of decisions before an order is released to a supplier."""

from __future__ import annotations

from stockroom.quality.gate import Expected, Gate, Table

COVER_LIMIT_DAYS = 730
"""An order that would last longer than two years is a mistake in the data, not a bargain."""


def decisions_gate() -> Gate:
    """Return the gate on a plan's decisions and on the orders proposed from them."""
    return Gate(
        name="decisions",
        tables=(
            Table(
                name="decisions",
                row_name=("sku", "location_id"),
                expected=(
                    Expected(
                        sentence="Every SKU and location is decided once.",
                        kind="ExpectCompoundColumnsToBeUnique",
                        arguments={"column_list": ["sku", "location_id"]},
                        mend="two rows of the planning marts describe one item; see dim_skus",
                    ),
                    Expected(
                        sentence="Every decision has a forecast.",
                        kind="ExpectColumnValuesToNotBeNull",
                        arguments={"column": "forecast_units_per_day"},
                        mend="not a number came out; look at this item's sales in fct_sales_daily",
                    ),
                    Expected(
                        sentence="No forecast is negative or absurd.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "forecast_units_per_day", "min_value": 0, "max_value": 1_000_000},
                        mend="look at this item's sales in fct_sales_daily",
                    ),
                    Expected(
                        sentence="No reorder point is negative.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "reorder_point_units", "min_value": 0},
                        mend="look at the item's terms in plan.decisions",
                    ),
                    Expected(
                        sentence="An order reaches its level: position plus order is at least the order-up-to level.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "units_short_after_order", "max_value": 0},
                        mend="the decision contradicts its own terms; do not release, report it",
                    ),
                    Expected(
                        sentence="Every order is a whole number of packs.",
                        kind="ExpectColumnValuesToBeInSet",
                        arguments={"column": "units_beyond_packs", "value_set": [0]},
                        mend="compare the pack size in the supplier's catalogue with plan.inputs",
                    ),
                    Expected(
                        sentence="No order lasts longer than two years, beyond the supplier's minimum.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "days_of_cover_ordered", "max_value": COVER_LIMIT_DAYS},
                        mend="check pack size, minimum order quantity and the item's recent sales",
                    ),
                    Expected(
                        sentence="Every decision carries its reason.",
                        kind="ExpectColumnValueLengthsToBeBetween",
                        arguments={"column": "reason", "min_value": 20},
                        mend="report it: an unexplained decision must not be released",
                    ),
                ),
            ),
            Table(
                name="proposed_order_lines",
                row_name=("po_number", "line_number", "sku"),
                expected=(
                    Expected(
                        sentence="Every line orders at least one unit and at most a million.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "units", "min_value": 1, "max_value": 1_000_000},
                        mend="look at the item's reason and terms in plan.decisions; such a line must not be released",
                    ),
                    Expected(
                        sentence="Every line has a cost above zero.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "unit_cost", "min_value": 0, "strict_min": True},
                        mend="the supplier's catalogue has no cost for this SKU; ask for a price list",
                    ),
                    Expected(
                        sentence="Every line is of a supplier whose terms are known.",
                        kind="ExpectColumnValuesToNotBeNull",
                        arguments={"column": "known_supplier_id"},
                        mend="add the supplier to terms.xlsx",
                    ),
                ),
            ),
            Table(
                name="proposed_orders",
                row_name=("po_number",),
                expected=(
                    Expected(
                        sentence="An order's value is the sum of its lines.",
                        kind="ExpectColumnValuesToBeInSet",
                        arguments={"column": "cents_beyond_lines", "value_set": [0]},
                        mend="report it: the order's total contradicts its lines",
                    ),
                ),
            ),
        ),
    )
