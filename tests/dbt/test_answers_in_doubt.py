"""What of suppliers' answers is put before a person, and resolved when it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stockroom.jobs.doubt_answers import doubt_answers

if TYPE_CHECKING:
    from conftest import Marts

ORDER = """
    insert into ops.purchase_orders (
        po_number, supplier_id, location_id, currency, plan_date, version, state, value, lines_sha256
    ) values ('PO-000123', 'S01', 'LONDON', 'GBP', '2011-06-01', 1, 'sent', 75, 'x')
"""
LINE = """
    insert into ops.purchase_order_lines (
        po_number, version, line_number, sku, units, pack_units, unit_cost, line_value, reason, terms
    ) values ('PO-000123', 1, 1, 'A1', 60, 1, 1.25, 75, 'needed', '{}')
"""
REFUSED = """
    insert into ops.purchase_order_line_answers (po_number, line_number, units_accepted, units_rejected)
    values ('PO-000123', 1, 35, 25)
"""
OPEN = """
    select kind, subject, detail from ops.exceptions
    where resolved_at is null and kind <> 'stock_ledger'
    order by kind, subject
"""


def test_unknown_items_and_prices_that_were_not_agreed_are_named_until_they_are_mended(built_marts: Marts) -> None:
    """What the built shop holds: an invoice over 40 units at 1.30, and an item that is spelt otherwise.

    Its place of a mistyped truth is the ledger's to ask about.
    """
    connection = built_marts.connection
    with connection.transaction(force_rollback=True):
        connection.execute(ORDER)
        connection.execute(LINE)
        assert str(doubt_answers(connection)) == (
            "2 items of suppliers unknown, 1 lines charged otherwise, 0 lines of shoppers back-ordered"
        )
        assert connection.execute(OPEN).fetchall() == [
            (
                "invoice_price",
                "PO-000123 line 1",
                "INV-1 of S01 charges 1.30 GBP for each of 40 units of A1, and the order says 1.25 GBP: "
                "2.00 GBP too much",
            ),
            (
                "unknown_supplier_item",
                "S01 A-1",
                "stands in its answer to PO-000123 and not in its catalogue; it looks like A-01",
            ),
            ("unknown_supplier_item", "supplier NOBODY", "sent an answer, and no supplier of ours is called so"),
        ]
        connection.execute("update ops.purchase_order_lines set unit_cost = 1.30")
        assert doubt_answers(connection).charged_lines == 0
        assert [kind for kind, _, _ in connection.execute(OPEN)] == ["unknown_supplier_item"] * 2
        # It charges 40 units: of 30 that were ordered ten are too many, of 60 with 25 refused five.
        connection.execute("update ops.purchase_order_lines set units = 30")
        assert doubt_answers(connection).overcharged_lines == 1
        asked = [row[2] for row in connection.execute(OPEN) if row[0] == "invoice_quantity"]
        assert asked == ["S01 charges 40 units of A1, and 30 were ordered and not refused: 13.00 GBP too much"]
        connection.execute("update ops.purchase_order_lines set units = 60")
        connection.execute(REFUSED)
        assert doubt_answers(connection).overcharged_lines == 1
        connection.execute("update ops.purchase_order_line_answers set units_rejected = 20")
        assert doubt_answers(connection).overcharged_lines == 0
        # What S01 says of an order that S02 got is no answer to it, and no price to be paid.
        connection.execute("update ops.purchase_order_lines set unit_cost = 1.25")
        connection.execute("update ops.purchase_orders set supplier_id = 'S02'")
        connection.execute("update raw.landing_files set landed_at = now()")  # nobody asks about old files
        doubted = doubt_answers(connection)
        assert (doubted.charged_lines, doubted.foreign_answers) == (0, 1)
        (asked,) = (row for row in connection.execute(OPEN) if row[0] == "foreign_answer")
        assert asked[1] == "PO-000123 to S02"
        assert " of S01 answers it, and it was ordered from S02" in asked[2]
