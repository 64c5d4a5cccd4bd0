"""The roles and databases of the embedded server; in production an administrator makes the same ones."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

OWNERS: Mapping[str, str] = {"warehouse": "stockroom_owner", "airflow": "airflow"}
OPTIONS = "-c timezone=UTC"  # given, so that a PGOPTIONS in the environment means nothing
ROLES = ("stockroom_owner", "stockroom_app", "bi_reader", "airflow")
CONNECTS: Mapping[str, tuple[str, ...]] = {
    "warehouse": ("stockroom_owner", "stockroom_app", "bi_reader"),
    "airflow": ("airflow",),
}


def ensure_roles_and_databases(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Make the roles and databases that are missing and set the passwords; running it again changes nothing else.

    Passwords travel as SCRAM verifiers, so that neither the server's log nor its statistics ever hold one.
    """
    with psycopg.connect(admin_url, autocommit=True, options=OPTIONS) as connection:
        roles = {name for (name,) in connection.execute("select rolname from pg_roles")}
        databases = {name for (name,) in connection.execute("select datname from pg_database")}
        for role in ROLES:
            verifier = connection.pgconn.encrypt_password(
                passwords[role].encode("ascii"), role.encode("ascii"), b"scram-sha-256"
            ).decode("ascii")
            verb = sql.SQL("alter" if role in roles else "create")
            connection.execute(
                sql.SQL("{} role {} login password {}").format(verb, sql.Identifier(role), sql.Literal(verifier))
            )
        connection.execute("alter role bi_reader set default_transaction_read_only = on")
        for database, owner in OWNERS.items():
            names = {"database": sql.Identifier(database), "owner": sql.Identifier(owner)}
            if database not in databases:
                connection.execute(sql.SQL("create database {database} owner {owner}").format(**names))
            connection.execute(sql.SQL("revoke all on database {database} from public").format(**names))
            for role in CONNECTS[database]:
                connection.execute(
                    sql.SQL("grant connect on database {database} to {role}").format(**names, role=sql.Identifier(role))
                )
        connection.execute("grant temporary on database warehouse to stockroom_app")
