"""Time and memory from decisions to orders with documents: 100,000 SKU-locations of 2,000 suppliers, CSV of all orders.

Decisions lie in an embedded Postgres with the terms that planning gives them; every second supplier has a minimum,
every tenth free freight. Measured are the last step of a plan (``propose_plan_orders``: build, number, write) and then
reading every order and writing its CSV. The peak is the process's own, Postgres apart.

    .venv/bin/python benchmarks/bench_orders.py [ITEMS] [SUPPLIERS]
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import replace
from datetime import date

import numpy as np
import psycopg
from bench_planning import invented_history, invented_lead_times
from scratch import scratch_warehouse

from stockroom.documents.purchase_orders import Party, purchase_order_csv, purchase_order_file_name
from stockroom.jobs.order_document import order_document
from stockroom.jobs.propose_plan_orders import propose_plan_orders
from stockroom.planning import Plan, Policy, plan_items
from stockroom.planning.joint_orders import lead_time_demand_deviation
from stockroom.settings import Settings
from stockroom.warehouse.order_contents import read_order
from stockroom.warehouse.order_ways import OrderWay
from stockroom.warehouse.plans import terms_json

DAY = date(2011, 6, 30)
SAMPLE = 2_000
"""So many items are really planned; their decisions are dealt out to all."""
MARTS = """
create table marts.dim_suppliers (
    supplier_id text primary key, name text, email text, payment_terms text, ship_via text);
create table marts.dim_locations (
    location_id text primary key, name text, address_line text, city text, postcode text, country_code text);
create table marts.dim_skus (sku text primary key, title text);
insert into marts.dim_locations values ('LONDON', 'London', '1 Quay', 'London', 'E1 1AA', 'GB');
"""


def main() -> None:
    """Measure and print."""
    items, suppliers = (int(given) for given in (*sys.argv[1:3], *("100000", "2000")[len(sys.argv) - 1 :]))
    with scratch_warehouse() as (server, folder):
        fill(server.warehouse_url(), items=items, suppliers=suppliers)
        settings = Settings(
            warehouse_url=server.warehouse_url(),
            landing_url=folder.as_uri(),
            documents_dir=folder,
            outbox_dir=folder,
            reports_dir=folder,
            dbt_dir=folder,
        )
        before_mb = peak_mb()
        began = time.perf_counter()
        summary = propose_plan_orders(settings, as_of_date=DAY)
        built = time.perf_counter()
        orders, lines = write_documents(settings)
        done = time.perf_counter()
    print(summary)
    print(
        f"{items:,} SKU-locations, {suppliers:,} suppliers: {orders:,} orders of {lines:,} lines built and "
        f"written in {built - began:.1f} s, their CSV in {done - built:.1f} s, together {done - began:.1f} s; "
        f"peak {peak_mb():,.0f} MB ({before_mb:,.0f} MB before)"
    )


def peak_mb() -> float:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def write_documents(settings: Settings) -> tuple[int, int]:
    """Write the CSV of every order as its supplier would get it; return orders and lines."""
    folder = settings.documents_dir / "purchase_orders"
    folder.mkdir()
    lines, buyer = 0, Party(settings.company_name)
    with psycopg.connect(settings.warehouse_url) as connection:
        numbers = connection.execute("select po_number, version from ops.purchase_orders order by po_number").fetchall()
        for po_number, version in numbers:
            rows = read_order(connection, po_number=po_number, version=version)
            order = order_document(rows, buyer=buyer, time_zone=settings.time_zone, way=OrderWay(rows[0].supplier_id))
            (folder / purchase_order_file_name(po_number, "csv")).write_bytes(purchase_order_csv(order))
            lines += len(rows)
    return len(numbers), lines


def fill(url: str, *, items: int, suppliers: int) -> None:
    """Write a plan of which every item is decided."""
    plan = decided_sample()
    explained = [plan.explain(item) for item in range(SAMPLE)]
    texts = [(said.sentence, terms_json(said)) for said in explained]
    dealt = np.random.default_rng(5).integers(0, SAMPLE, items).tolist()
    names = [f"S{number:05}" for number in range(suppliers)]
    terms = {name: terms_of(number) for number, name in enumerate(names)}
    with psycopg.connect(url) as connection:
        connection.execute(MARTS)
        connection.execute(
            "insert into plan.runs (plan_date, planned_at, inputs_sha256, policy, items, shards, history_days)"
            " values (%s, now(), 'x', %s, %s, 1, 365)",
            (DAY, json.dumps({"order_terms": terms}), items),
        )
        connection.execute("insert into plan.shards (plan_date, shard, items) values (%s, 0, %s)", (DAY, items))
        with connection.cursor() as cursor, cursor.copy("copy marts.dim_suppliers from stdin") as copy:
            for name in names:
                copy.write_row((name, f"Maker {name}", f"orders@{name.lower()}.example", "30 days net", "Road"))
        with connection.cursor() as cursor, cursor.copy("copy marts.dim_skus from stdin") as copy:
            for item in range(items):
                copy.write_row((f"K{item:06}", f"Item {item}"))
        with connection.cursor() as cursor, cursor.copy(
            "copy plan.inputs (plan_date, sku, location_id, supplier_id, category, unit_cost, pack_units,"
            " minimum_order_units, supplier_sku, order_unit_cost, order_currency, price_breaks, policy, shard)"
            " from stdin"
        ) as copy:  # fmt: skip
            for item in range(items):
                cost = f"{plan.inputs.unit_cost[dealt[item]]:.4f}"
                copy.write_row(
                    (DAY, f"K{item:06}", "LONDON", names[item % suppliers], "mugs", cost,
                     int(plan.inputs.pack_units[dealt[item]]), int(plan.inputs.minimum_order_units[dealt[item]]),
                     f"X{item:06}", cost, "GBP", "[]", "{}", 0)
                )  # fmt: skip
        write_decisions(connection, plan, texts, names, dealt)
        connection.execute("analyze plan.inputs")
        connection.execute("analyze plan.decisions")


def write_decisions(
    connection: psycopg.Connection, plan: Plan, texts: list[tuple[str, str]], names: list[str], dealt: list[int]
) -> None:
    """Copy the sample's decisions, dealt out to all items."""
    given, deviation = plan.inputs, lead_time_demand_deviation(plan.inputs)
    with connection.cursor() as cursor, cursor.copy(
        "copy plan.decisions (plan_date, sku, location_id, supplier_id, method, evidence, forecast_units_per_day,"
        " lead_time_mean_days, lead_time_sd_days, lead_time_own_evidence, safety_stock_units, reorder_point_units,"
        " order_up_to_units, position_units, order_units, reason, terms, units_per_day, carrying_rate, loss_per_unit,"
        " greatest_lot_days, lead_time_demand_sd_units, may_add, needs_person) from stdin"
    ) as copy:  # fmt: skip
        for item, row in enumerate(dealt):
            copy.write_row(
                (DAY, f"K{item:06}", "LONDON", names[item % len(names)], "quantile", "enough",
                 float(given.forecast_units_per_day[row]), float(given.lead_time_mean_days[row]),
                 float(given.lead_time_sd_days[row]), 1.0, int(plan.safety_stock_units[row]),
                 int(plan.reorder_point_units[row]), int(plan.order_up_to_units[row]), int(plan.position_units[row]),
                 int(plan.order_units[row]), *texts[row], float(given.forecast_units_per_day[row]),
                 float(given.carrying_rate[row]), float(given.loss_per_unit[row]), float(given.greatest_lot_days[row]),
                 float(deviation[row]), bool(given.may_order[row] & ~given.is_stopped[row]), False)
            )  # fmt: skip


def terms_of(number: int) -> dict[str, object]:
    """Return a supplier's terms: every second has a minimum, every tenth free freight."""
    return {
        "currency": "GBP",
        "minimum_value": 1500.0 if number % 2 else 0.0,
        "small_order_fee": 25.0 if number % 4 == 1 else None,
        "free_freight_value": 4000.0 if number % 10 == 0 else 0.0,
        "freight_cost": 60.0 if number % 10 == 0 else 0.0,
        "maximum_pallets": None,
        "order_days": [],
        "cut_off": None,
    }


def decided_sample() -> Plan:
    """Return a plan of invented items, two thirds with stock enough."""
    history = invented_history(SAMPLE)
    numbers = np.random.default_rng(11)
    stocked = np.where(numbers.random(SAMPLE) < 0.6, history.on_hand * 4 + 60, history.on_hand // 8)
    return plan_items(replace(history, on_hand=stocked), invented_lead_times(), Policy(), as_of_date=DAY)


if __name__ == "__main__":
    main()
