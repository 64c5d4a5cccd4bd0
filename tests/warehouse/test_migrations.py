"""What the migrations promise: who reads what, and partitions when they are needed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, RaiseException

from stockroom.warehouse import connect
from stockroom.warehouse.migrate import MigrationError, let_in, migrate


def test_migrating_twice_changes_nothing(warehouse):
    before = warehouse.connection.execute("select count(*) from pg_class").fetchone()
    warehouse.connection.rollback()
    migrate(warehouse.url)
    assert warehouse.connection.execute("select count(*) from pg_class").fetchone() == before


def test_an_administrator_migrates_and_the_owner_owns(warehouse):
    server = warehouse.server
    admin_url = server.url(database="postgres", role="postgres")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("create database migrated_by_admin")
    try:
        migrate(server.url(database="migrated_by_admin", role="postgres"))
        with connect(server.url(database="migrated_by_admin", role="postgres")) as connection:
            owners = connection.execute("select distinct tableowner from pg_tables where schemaname = 'raw'").fetchall()
        assert owners == [("stockroom_owner",)]
    finally:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("drop database migrated_by_admin with (force)")


def test_a_reader_may_not_migrate_and_is_told_who_may(warehouse):
    with pytest.raises(MigrationError, match="stockroom_owner"):
        migrate(warehouse.url_of("stockroom_app"))


def test_marts_built_later_are_read_by_bi_reader_and_nothing_else_is(warehouse):
    for schema in ("staging", "intermediate", "marts", "plan", "ops", "pii", "raw"):
        warehouse.connection.execute(f"create table {schema}.later as select 1 as units")
    warehouse.connection.commit()
    with connect(warehouse.url_of("bi_reader")) as reader:
        assert reader.execute("select units from marts.later").fetchone() == (1,)
        reader.rollback()
        for table in (
            "staging.later", "intermediate.later", "plan.later", "ops.later", "pii.later", "raw.later",
            "plan.decisions", "ops.purchase_orders", "pii.shoppers", "raw.landing_files", "raw.shopify_orders",
        ):  # fmt: skip
            with pytest.raises(InsufficientPrivilege):
                reader.execute(sql.SQL("select * from {}").format(sql.Identifier(*table.split("."))))
            reader.rollback()
        with pytest.raises(psycopg.Error):
            reader.execute("create table marts.mine (units integer)")


def test_the_application_works_in_plan_ops_and_pii_but_changes_no_mart(warehouse):
    warehouse.connection.execute("create table marts.later as select 1 as units")
    warehouse.connection.commit()
    with connect(warehouse.url_of("stockroom_app")) as app:
        app.execute("insert into ops.number_series values ('po', 0)")
        app.execute("insert into pii.shoppers (contact_sha256) values ('a')")
        app.execute("insert into ops.exceptions values ('k', 'late', 's', 'd', 'm')")
        assert app.execute("select units from marts.later").fetchone() == (1,)
        with pytest.raises(InsufficientPrivilege):
            app.execute("delete from marts.later")


def test_a_month_gets_its_partition_once_and_keeps_its_edges(warehouse):
    connection = warehouse.connection
    for moment in ("2011-06-30T23:59:59+00", "2011-07-01T00:00:00+00", "2011-07-15T12:00:00+00"):
        connection.execute("select raw.ensure_partition('wms_receipts', %s)", [moment])
        connection.execute("insert into raw.wms_receipts values (1, %s, 'k', '{}', %s)", [moment[9:10], moment])
    partitions = connection.execute(
        "select tableoid::regclass::text, count(*) from raw.wms_receipts group by 1 order by 1"
    ).fetchall()
    assert partitions == [("raw.wms_receipts_2011_06", 1), ("raw.wms_receipts_2011_07", 2)]


def test_a_month_is_cut_in_utc_whatever_the_session_says(warehouse):
    connection = warehouse.connection
    connection.execute("set timezone = 'Pacific/Kiritimati'")
    connection.execute("select raw.ensure_partition('wms_receipts', '2011-06-30T12:00:00+00')")
    bounds = connection.execute(
        "select pg_get_expr(relpartbound, oid) from pg_class where relname like 'wms_receipts_20%'"
    ).fetchone()[0]
    connection.execute("set timezone = 'UTC'")
    connection.execute("insert into raw.wms_receipts values (1, 1, 'k', '{}', '2011-06-01T00:00:00+00')")
    connection.execute("insert into raw.wms_receipts values (1, 2, 'k', '{}', '2011-06-30T23:59:59+00')")
    assert "2011" in bounds


def test_a_partition_of_an_unknown_stream_is_refused(warehouse):
    with pytest.raises(RaiseException, match="add the stream to a migration"):
        warehouse.connection.execute("select raw.ensure_partition('landing_files', now())")


def test_every_table_says_what_one_row_is(warehouse):
    silent = warehouse.connection.execute(
        """
        select c.oid::regclass::text from pg_class c
        where c.relnamespace::regnamespace::text in ('raw', 'plan', 'ops', 'pii')
            and c.relkind in ('r', 'p') and not c.relispartition and obj_description(c.oid) is null
        """
    ).fetchall()
    assert silent == []


def test_a_role_is_let_in_with_its_password_and_no_other(postgres_server, warehouse) -> None:
    admin = postgres_server.url(database="postgres", role="postgres")
    password = postgres_server.passwords["bi_reader"]
    try:
        let_in(admin, "bi_reader", "another password")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(warehouse.url_of("bi_reader"))
    finally:
        let_in(admin, "bi_reader", password)
    psycopg.connect(warehouse.url_of("bi_reader")).close()


@pytest.mark.parametrize(
    "make",
    [
        "select raw.ensure_stream('toys_orders', 'Orders of toys', false)",
        "select raw.ensure_partition('wms_receipts', '2011-06-30T12:00:00+00')",
    ],
)
def test_who_waits_for_a_table_that_another_makes_goes_on_with_it(warehouse, make):
    first = warehouse.connection
    first.execute(make)
    with connect(warehouse.url_of("stockroom_app")) as second, ThreadPoolExecutor() as pool:
        waiting = pool.submit(second.execute, make)
        while not _waits(warehouse, second):
            assert not waiting.done(), "nothing was left to wait for"
            time.sleep(0.01)
        first.commit()
        waiting.result()
        second.commit()


def _waits(warehouse, connection) -> bool:
    query = "select count(*) from pg_locks where pid = %s and not granted"
    with psycopg.connect(warehouse.url) as looking:
        return looking.execute(query, [connection.info.backend_pid]).fetchone() == (1,)
