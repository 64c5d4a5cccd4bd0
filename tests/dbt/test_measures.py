"""Figures of the marts that a reader can check in the head, from documents to velocity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from raw_documents import (
    level,
    line,
    order,
    parcel,
    purchase_order_line,
    receipt,
    refund,
    supplier,
)

from stockroom.warehouse.orders import ProposedLine, ProposedOrder, propose_orders

if TYPE_CHECKING:
    from conftest import Marts

Put = Callable[..., int]


def test_the_cancelled_order_of_74215_units_leaves_no_velocity(built_marts: Marts) -> None:
    velocity = "select units_30, units_per_day_30 from marts.fct_sku_velocity where sku = '23166'"
    assert built_marts.rows(velocity) == [(0, 0)]
    assert built_marts.rows("select * from marts.fct_sales_daily where sku = '23166'") == []
    assert built_marts.rows("select count(*) from marts.fct_order_lines where sku = '23166'") == [(2,)], "kept, both"


def test_skus_in_mixed_case_are_one_in_every_channel(built_marts: Marts) -> None:
    sold = "select sku, sum(units_sold) from marts.fct_sales_daily where upper(trim(sku)) = 'B2' group by sku"
    assert built_marts.rows(sold) == [("B2", 8)]


def test_a_line_in_two_parcels_from_two_places_is_one_sale(built_marts: Marts) -> None:
    found = "select location_id, units_ordered, units_fulfilled from marts.fct_order_lines where sku = 'A1'"
    assert built_marts.rows(found) == [("LONDON", 10, 10)], "and an order in test mode is none"
    assert built_marts.rows("select sum(units_sold) from marts.fct_sales_daily where sku = 'A1'") == [(10,)]


def test_postage_is_kept_and_never_demand(built_marts: Marts) -> None:
    assert built_marts.rows("select sku from marts.fct_order_lines where not is_stock_item") == [("POST",)]
    assert built_marts.rows("select * from marts.fct_sales_daily where sku = 'POST'") == []


def test_what_suppliers_answer_is_read_whatever_they_leave_out(built_marts: Marts) -> None:
    said = "select order_number, line_number, supplier_sku, status, units from staging.{} order by landing_line_number"
    assert built_marts.rows(said.format("stg_suppliers__acknowledgement_lines")) == [
        ("PO-000123", 1, None, "accepted", 40),
        ("PO-000123", None, "A-1", "rejected", None),
    ]
    said = "select order_number, line_number, sku, units, {} from staging.{}"
    assert built_marts.rows(said.format("tracking, expected_date", "stg_suppliers__shipment_lines")) == [
        ("PO-000123", 1, "A1", 40, "T-1", None)
    ]
    assert built_marts.rows(said.format("currency, unit_price", "stg_suppliers__invoice_lines")) == [
        ("PO-000123", None, "A1", 40, "GBP", Decimal("1.30"))
    ]
    said = "select supplier_sku, units, as_of, expected_date from staging.stg_suppliers__availability"
    assert built_marts.rows(said + " where units = 0") == [
        ("A-1", 0, datetime(2011, 6, 28, 6, tzinfo=UTC), date(2011, 8, 1))
    ]
    said = "select supplier_id, sku, supplier_sku, units, expected_date from marts.fct_supplier_availability"
    assert built_marts.rows(said) == [("S01", "A1", "A-1", 0, date(2011, 8, 1))]


def test_stock_is_counted_back_through_everything_that_moved_it(marts: Marts, put: Put) -> None:
    """Of 10, 3 sold on the 1st (4 less 1 cancelled) and 7 on the 3rd; 5 arrived on the 5th, 2 came back on the 6th."""
    put(
        "shopify_orders",
        [
            order(
                "1",
                "2011-06-01T09:00:00Z",
                [line("1", "A1", 4)],
                refunds=[
                    refund("1", "A1", 1, at="2011-06-01T10:00:00Z", kind="CANCEL"),
                    refund("1", "A1", 2, at="2011-06-06T10:00:00Z", kind="RETURN"),
                    refund("1", "A1", 1, at="2011-06-06T10:00:00Z", kind="NO_RESTOCK"),
                ],
                parcels=[parcel("1", "A1", 3, at="2011-06-02T09:00:00Z")],
            ),
            order("2", "2011-06-03T09:00:00Z", [line("2", "A1", 7)]),
        ],
    )
    put("wms_receipts", receipt("R-1", "A1", 5, "2011-06-05T07:00:00Z"))
    put("shopify_inventory_levels", [level("A1", 7, committed=7)], read_at=datetime(2011, 6, 8, 5, tzinfo=UTC))
    marts.build_only("2011-06-08")
    days = marts.rows(
        "select to_char(stock_date, 'DD'), available_units_at_close, is_sold_out_day, is_out_all_day "
        "from marts.fct_stock_daily order by stock_date"
    )
    assert days == [
        ("01", 7, False, False),
        ("02", 7, False, False),
        ("03", 0, True, False),
        ("04", 0, False, True),
        ("05", 5, False, False),
        ("06", 7, False, False),
        ("07", 7, False, False),
    ]
    position = (
        "select on_hand_units, committed_units, available_units, channel_available_units from marts.fct_stock_positions"
    )
    assert marts.rows(position) == [(14, 7, 7, 7)]
    velocity = "select units_30, days_in_stock_30, units_per_day_30 from marts.fct_sku_velocity"
    assert marts.rows(velocity + " where location_id = 'LONDON' and sku = 'A1'")[0][:2] == (10, 6)
    marts.build_only("2011-06-05")
    assert marts.rows(position) == [(7, 7, 0, 7)], "a replayed day stands on the level counted back to it"


def test_orders_of_both_origins_count_until_they_arrive_and_suppliers_until_the_newest_terms_lack_them(
    marts: Marts, put: Put
) -> None:
    both = supplier("S02") | supplier("S03")
    put("suppliers_terms", both, file_name="terms.xlsx")
    put("suppliers_terms", supplier("S03"), file_name="terms.xlsx", rejected=1)
    put("suppliers_purchase_orders", purchase_order_line("H-000001", "A1", 50, "2011-06-01T08:00:00Z"))
    put("wms_receipts", receipt("R-1", "A1", 20, "2011-06-11T08:00:00Z"))
    put("shopify_inventory_levels", [level("A1", 7)])
    connection = marts.connection
    connection.execute(
        "insert into ops.purchase_orders (po_number, supplier_id, location_id, currency, plan_date, version, state,"
        " value, lines_sha256) values ('PO-000001', 'S01', 'LONDON', 'GBP', '2011-06-12', 2, 'waiting', 30, 'x')"
    )
    connection.execute(
        "insert into ops.purchase_order_lines (po_number, version, line_number, sku, units, pack_units, unit_cost,"
        " line_value, reason, terms) values ('PO-000001', 1, 1, 'A1', 99, 1, 1, 99, 'older', '{}'),"
        " ('PO-000001', 2, 1, 'A1', 30, 1, 1, 30, 'newer', '{}')"
    )
    # What a supplier sends to a shopper itself comes to no place of ours.
    connection.execute(
        "insert into ops.purchase_orders (po_number, supplier_id, location_id, currency, plan_date, state, value,"
        " lines_sha256, kind) values ('DS-000001', 'S01', 'LONDON', 'GBP', '2011-06-10', 'sent', 7, 'x', 'drop_ship')"
    )
    connection.execute(
        "insert into ops.purchase_order_lines (po_number, version, line_number, sku, units, pack_units, unit_cost,"
        " line_value, reason, terms) values ('DS-000001', 1, 1, 'A1', 7, 1, 1, 7, 'sold', '{}')"
    )
    connection.commit()
    suppliers = "select supplier_id from marts.dim_suppliers where supplier_id <> 'S01' order by 1"
    lines = "select po_number, state, units_open from marts.fct_purchase_order_lines order by po_number"
    marts.build_only("2011-06-12")
    assert marts.rows(lines) == [("H-000001", "part_received", 30)], "today's own proposal is no fact for today's plan"
    assert marts.rows(suppliers) == [("S02",), ("S03",)], "a mistyped line is no removed one"
    put("suppliers_terms", supplier("S03"), file_name="terms.xlsx")
    marts.build_only("2011-06-13")
    assert marts.rows(lines) == [("H-000001", "part_received", 30), ("PO-000001", "waiting", 30)]
    assert marts.rows("select inbound_units from marts.fct_stock_positions where sku = 'A1'") == [(60,)]
    shipments = "select shipment_id, lead_time_days, is_open from marts.fct_supplier_lead_times order by shipment_id"
    assert marts.rows(suppliers) == [("S03",)]
    assert marts.rows(shipments) == [("H-000001/open", None, True), ("SH-R-1", 10, False)]


def test_a_later_plan_leaves_what_the_morning_before_it_knew_of_an_order(built_marts: Marts) -> None:
    """Of two orders that wait, the next plan makes 40 of 60 units, and takes the 5 back."""

    def wanted(sku: str, units: int, day: date) -> ProposedOrder:
        bought = ProposedLine(sku, None, units, 1, Decimal(1), "needed", "{}")
        return ProposedOrder(f"S-{sku}", "LONDON", "GBP", day, (bought,))

    connection = built_marts.connection
    first, then = date(2011, 6, 28), date(2011, 6, 30)
    with connection.transaction(force_rollback=True):
        propose_orders(connection, plan_date=first, orders=[wanted("A1", 60, first), wanted("B2", 5, first)])
        connection.execute("update ops.purchase_orders set state = 'waiting', changed_by = 'policy'")
        standing = """
            select sku, units_ordered, state, plan_date, requested_date, known_from_date, known_until_date
            from staging.stg_ops__purchase_order_lines where supplier_id like 'S-%' order by sku, known_from_date
        """
        before = connection.execute(standing).fetchall()
        assert before == [
            ("A1", 60, "waiting", first, first, first, None),
            ("B2", 5, "waiting", first, first, first, None),
        ]
        propose_orders(connection, plan_date=then, orders=[wanted("A1", 40, then)])
        assert connection.execute(standing).fetchall() == [
            ("A1", 60, "waiting", first, first, first, then),
            ("A1", 40, "proposed", then, then, then, None),
            ("B2", 5, "waiting", first, first, first, then),
            ("B2", 5, "cancelled", first, first, then, None),
        ]
