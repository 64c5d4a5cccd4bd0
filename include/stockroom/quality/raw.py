"""What must hold of raw records before dbt builds from them.

Load has already put aside what cannot be read at all (``raw.rejected_records``). This gate looks at what was read and
asks whether it can be believed; one row that cannot stops the build, because marts feed orders that cost money.
"""

from __future__ import annotations

from stockroom.quality.gate import Expected, Gate, Table

REJECTED_SHARE_LIMIT = 0.05
REJECTED_LINES_ALLOWED = 20
"""So few bad lines are put aside without stopping anything, however small their file is."""
UNITS_LIMIT = 1_000_000


def raw_gate(*, currency: str) -> Gate:
    """Return the gate on raw records of a store whose base currency is ``currency``."""
    return Gate(
        name="raw",
        tables=(
            Table(
                name="raw_rejections",
                row_name=("stream", "worst_path"),
                expected=(
                    Expected(
                        sentence="At most 20 lines, or 5 %, of what a stream sent were rejected.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "rejected_share", "max_value": REJECTED_SHARE_LIMIT},
                        mend="raw.rejected_records names each line and its reason; mend the source and send it again",
                    ),
                ),
            ),
            Table(
                name="raw_streams",
                row_name=("stream",),
                expected=(
                    Expected(
                        sentence="Every stream that a plan needs has at least one record.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "records", "min_value": 1},
                        mend="check that the source is connected: `stockroom sync` extracts it again",
                    ),
                ),
            ),
            Table(
                name="raw_order_lines",
                row_name=("path", "line_number", "order_key"),
                expected=(
                    Expected(
                        sentence="Every order line says how many units.",
                        kind="ExpectColumnValuesToNotBeNull",
                        arguments={"column": "quantity"},
                        mend="the channel sent a line without a readable quantity; correct it there",
                    ),
                    Expected(
                        sentence="No order line is for more than a million units.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "quantity", "min_value": -UNITS_LIMIT, "max_value": UNITS_LIMIT},
                        mend="a quantity of this size is a typing error; correct it in the channel",
                    ),
                    Expected(
                        sentence="No unit price of a stock item is negative.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "unit_price", "min_value": 0},
                        mend="correct the price in the channel; a refund is not a negative price",
                    ),
                    Expected(
                        sentence=f"Every order line is in the store's currency, {currency}.",
                        kind="ExpectColumnValuesToBeInSet",
                        arguments={"column": "currency", "value_set": [currency]},
                        mend="orders in another currency cannot be added up; check the channel's shop currency",
                    ),
                    Expected(
                        sentence="No order was placed later than the channel's own clock.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "seconds_after_channel_clock", "max_value": 86_400},
                        mend="check the time zone and the clock of the source",
                    ),
                ),
            ),
            Table(
                name="raw_products",
                row_name=("path", "line_number", "product_key"),
                expected=(
                    Expected(
                        sentence="No selling price is negative.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "unit_price", "min_value": 0},
                        mend="correct the variant's price in the shop's catalogue",
                    ),
                    Expected(
                        sentence="No unit cost is negative.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "unit_cost", "min_value": 0},
                        mend="correct the cost per item in the shop's catalogue",
                    ),
                ),
            ),
            Table(
                name="raw_stock_levels",
                row_name=("path", "line_number", "sku", "location"),
                expected=(
                    Expected(
                        sentence="What is available to sell is never more than what is on hand.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "available_beyond_on_hand", "max_value": 0},
                        mend="count this item again; the channel's states contradict one another",
                    ),
                ),
            ),
            Table(
                name="raw_receipts",
                row_name=("path", "line_number", "receipt_key"),
                expected=(
                    Expected(
                        sentence="A receipt brings at least one unit.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "units", "min_value": 1, "max_value": UNITS_LIMIT},
                        mend="correct the receipt in the warehouse system; a return to the supplier is an adjustment",
                    ),
                ),
            ),
        ),
    )
