"""Killed at any moment between decision and sent, beside another planner: no order lost, sent twice or counted twice.

``STOCKROOM_ORDER_KILLS`` says how many kills; the soak asks for 200.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.jobs.order_killing import SUPPLIERS, settings_for
from tests.jobs.orders_by_hand import MARTS, PostOffice, mail_server
from tests.killing import wait_for_the_killed

from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.settle_message import settle_message

KILLS = int(os.environ.get("STOCKROOM_ORDER_KILLS", "8"))
PROGRAM = Path(__file__).with_name("order_killing.py")
MORE_MARTS = """
alter table marts.dim_skus add is_discontinued boolean;
create table marts.fct_purchase_order_lines (
    po_number text, supplier_id text, location_id text, sku text, units_ordered integer, unit_cost numeric(14, 4),
    currency text, ordered_at timestamptz, state text);
create table marts.fct_supplier_lead_times (supplier_id text, is_open boolean);
create table marts.fct_sales_daily (sold_date date, sku text, units_sold integer);
update marts.dim_suppliers set email = 'orders@' || lower(supplier_id) || '.example';
insert into marts.dim_suppliers values ('S03', 'Three', 'orders@s03.example', '', '');
insert into marts.fct_supplier_lead_times values ('S01', false), ('S02', false), ('S03', false);
"""


def test_killed_at_random_beside_another_planner_every_order_leaves_once(warehouse, tmp_path, monkeypatch):
    connection = warehouse.connection
    connection.execute(MARTS)
    connection.execute(MORE_MARTS)
    connection.commit()
    office, url = PostOffice(), warehouse.url_of("stockroom_app")
    with mail_server(office, monkeypatch):
        done = subprocess.run(
            [sys.executable, PROGRAM, url, tmp_path, str(KILLS), "7"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        settings = settings_for(url, tmp_path)
        wait_for_the_killed(connection)
        deliver_outbox(settings, now=datetime.now(UTC))

        def ask(query: str) -> list[tuple]:
            found = connection.execute(query).fetchall()
            connection.commit()
            return found

        sent = Counter(_number(subject) for subject in office.subjects().elements())
        assert max(sent.values()) == 1, "an order left twice"
        in_doubt = {
            key: key.split("/")[1] for (key,) in ask("select message_key from ops.outbox where state = 'sending'")
        }
        left = {number for (number,) in ask("select po_number from ops.purchase_orders where state = 'sent'")}
        released = {
            number for (number,) in ask("select po_number from ops.purchase_order_events where to_state = 'released'")
        }
        assert left <= set(sent) <= left | set(in_doubt.values())
        assert released == left | set(in_doubt.values()), "an order was lost"

        for key, number in in_doubt.items():
            settle_message(settings, key, "arrived" if number in sent else "again", who="buyer")
        deliver_outbox(settings, now=datetime.now(UTC))
        assert Counter(_number(subject) for subject in office.subjects().elements()) == Counter(released)

    [(orders, highest, last)] = ask(
        "select count(*), max(substring(po_number from 4)::integer), (select last_number from ops.number_series"
        " where series = 'purchase_order') from ops.purchase_orders"
    )
    assert orders == highest == last, "the numbers have gaps"
    assert ask("select max(count) from (select count(*) from ops.purchase_orders where state = 'proposed'"
               " group by supplier_id) as open")[0][0] in (None, 1)  # fmt: skip
    mailed = Counter()
    for mail in office.mails():
        [rows] = [part.get_payload(decode=True) for part in mail.walk() if part.get_filename("").endswith(".csv")]
        mailed[mail["To"]] += int(rows.decode().splitlines()[1].split(",")[12])
    on_order = ask(
        "select supplier_id, sum(units) from ops.purchase_orders join ops.purchase_order_states using (state)"
        " join ops.purchase_order_lines using (po_number, version) where is_on_order group by 1"
    )
    assert {f"orders@{name.lower()}.example": units for name, units in on_order} == dict(mailed), "counted twice"
    print(f"{KILLS} kills: {len(released)} orders released, {len(in_doubt)} in doubt, {orders} numbers")
    assert len(released) >= KILLS // 4, f"{SUPPLIERS} were hardly ordered from: nothing was tested"


def _number(subject: str) -> str:
    found = re.search(r"PO-\d{6}", subject)
    return found.group() if found else subject


@pytest.fixture(autouse=True)
def _no_other_airflow(monkeypatch, tmp_path):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
