"""The wholesale folder's files, and what identifies a record in them."""

from __future__ import annotations

from stockroom.channels.wholesale.client import folder, outgoing
from stockroom.channels.wholesale.orders_850 import answers, read_orders
from stockroom.streams import Items, Part, Stream, needs
from stockroom.tabular import FileSource, FileStream

ORDER_COLUMNS = (
    "order_number",
    "line",
    "ordered_at",
    "customer_ref",
    "country",
    "ship_from",
    "sku",
    "description",
    "quantity",
    "unit_price",
    "currency",
)

ORDERS = Stream(
    "wholesale",
    "orders",
    key=("order_number", "line"),
    sells=(Items("unit_price", ordered_at="ordered_at"),),
    checks=(
        Part(
            (
                *needs("ordered_at", kind="local_moment"),
                *needs("quantity", kind="units"),
                *needs("unit_price", kind="price"),
                *needs("currency", kind="currency"),
            )
        ),
    ),
    keeps=ORDER_COLUMNS,
)

FILES = FileSource(
    name="wholesale",
    setting="wholesale_dir",
    folder=folder,
    outgoing=outgoing,
    files=(
        FileStream(ORDERS, pattern="orders-*.csv", columns=ORDER_COLUMNS),
        FileStream(ORDERS, pattern="orders-*.xlsx", columns=ORDER_COLUMNS),
        FileStream(ORDERS, pattern="*.edi", columns=ORDER_COLUMNS, reader=read_orders, answers=answers),
        FileStream(ORDERS, pattern="*.x12", columns=ORDER_COLUMNS, reader=read_orders, answers=answers),
    ),
)
