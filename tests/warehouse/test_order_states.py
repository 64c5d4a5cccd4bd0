"""A purchase order goes from state to state along known moves, and each leaves its event."""

from __future__ import annotations

import psycopg
import pytest

from stockroom.warehouse.order_states import move_orders

EVENTS = "select from_state, to_state, actor, note from ops.purchase_order_events order by event_id"


@pytest.fixture
def connection(module_warehouse):
    """Return a connection whose work is undone after the test."""
    yield module_warehouse.connection
    module_warehouse.connection.rollback()


def order(connection, number=1, *, state="proposed") -> str:
    po_number = f"PO-{number:06}"
    connection.execute(
        """
        insert into ops.purchase_orders (po_number, supplier_id, location_id, currency, plan_date, state, value,
            lines_sha256, changed_by, change_note)
        values (%s, %s, 'LONDON', 'GBP', '2011-06-30', %s, 60, 'x', 'plan', 'the plan of 2011-06-30')
        """,
        (po_number, f"S{number}", state),
    )
    return po_number


def state_of(connection, po_number) -> str:
    return connection.execute("select state from ops.purchase_orders where po_number = %s", (po_number,)).fetchone()[0]


def test_an_orders_whole_life_is_a_row_of_events(connection):
    po_number = order(connection)
    for state in ("waiting", "released", "sent", "acknowledged", "shipped", "part_received", "received", "closed"):
        assert move_orders(connection, [po_number], state, by="ann", note=f"now {state}") == (po_number,)
    events = connection.execute(EVENTS).fetchall()
    assert events[:2] == [
        (None, "proposed", "plan", "the plan of 2011-06-30"),
        ("proposed", "waiting", "ann", "now waiting"),
    ]
    assert [event[1] for event in events] == [
        "proposed", "waiting", "released", "sent", "acknowledged", "shipped", "part_received", "received", "closed",
    ]  # fmt: skip


def test_a_late_or_repeated_answer_changes_nothing(connection):
    shipped, closed = order(connection, 1, state="shipped"), order(connection, 2, state="closed")
    assert move_orders(connection, [shipped, closed, "PO-000009"], "acknowledged", by="supplier", note="855") == ()
    assert move_orders(connection, [shipped], "shipped", by="supplier", note="856 again") == ()
    assert len(connection.execute(EVENTS).fetchall()) == 2


def test_goods_that_come_before_we_noted_that_the_order_left_are_proof_that_it_did(connection):
    po_number = order(connection, state="released")
    assert move_orders(connection, [po_number], "received", by="warehouse", note="all of it") == (po_number,)
    assert move_orders(connection, [po_number], "sent", by="delivery", note="v1 left") == ()
    assert state_of(connection, po_number) == "received"


@pytest.mark.parametrize(
    ("state", "to_state"),
    [("refused", "released"), ("cancelled", "sent"), ("proposed", "sent"), ("waiting", "acknowledged"),
     ("sent", "proposed"), ("received", "cancelled"), ("closed", "received"), ("sent", "lost")],
)  # fmt: skip
def test_the_database_refuses_every_other_move(connection, state, to_state):
    po_number = order(connection, state=state)
    with pytest.raises(psycopg.errors.CheckViolation, match=f"PO-000001 cannot go from {state} to {to_state}"):
        connection.execute("update ops.purchase_orders set state = %s where po_number = %s", (to_state, po_number))


@pytest.mark.parametrize(("version", "state"), [(3, "released"), (0, "released"), (2, "sent")])
def test_a_version_follows_the_one_before_and_is_let_go_anew(connection, version, state):
    order(connection, state="released")
    with pytest.raises(psycopg.errors.CheckViolation, match="version 1 of purchase order PO-000001 cannot become"):
        connection.execute("update ops.purchase_orders set version = %s, state = %s", (version, state))
