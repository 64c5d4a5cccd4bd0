"""What must hold of raw records before dbt builds from them.

Load has already put aside what cannot be read at all (``raw.rejected_records``). This gate looks at what was read and
asks whether it can be believed as a whole; what cannot stops the build, because marts feed orders that cost money.
"""

from __future__ import annotations

from stockroom.quality.gate import Expected, Gate, Table

REJECTED_SHARE_LIMIT = 0.05
REJECTED_LINES_ALLOWED = 20
"""So few bad lines are put aside without stopping anything, however small their file is."""
LINES_TO_JUDGE_BY = 20
"""A file with fewer lines is too small to judge by shares."""


def raw_gate() -> Gate:
    """Return the gate on raw records."""
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
                name="raw_order_files",
                row_name=("path",),
                expected=(
                    Expected(
                        sentence="At least half of a file's order lines are of SKUs that the catalogue knows.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "unknown_sku_share", "max_value": 0.5},
                        mend="the source has changed its product codes; map them, or send the file with the known ones",
                    ),
                    Expected(
                        sentence="Prices in a file are of the catalogue's order of magnitude.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "median_price_to_catalogue", "min_value": 0.05, "max_value": 20},
                        mend="look for pence instead of pounds, or a lost decimal sign, and send the file again",
                    ),
                    Expected(
                        sentence="No order is dated more than a day after the channel's own clock.",
                        kind="ExpectColumnValuesToBeBetween",
                        arguments={"column": "hours_after_channel_clock", "max_value": 24},
                        mend="check the time zone and the date format of the source",
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
                        arguments={"column": "units", "min_value": 1},
                        mend="correct the receipt in the warehouse system; a return to the supplier is an adjustment",
                    ),
                ),
            ),
        ),
    )
