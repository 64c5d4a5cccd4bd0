"""Bring the warehouse's schemas to their newest version."""

from __future__ import annotations

import logging
from importlib import resources

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy.pool import NullPool

OWNER = "stockroom_owner"
ROLES = (OWNER, "stockroom_app", "bi_reader")
LOCK_KEY = 7_716_015_001  # any number, as long as nothing else in this database takes it


class MigrationError(RuntimeError):
    """The warehouse cannot be migrated; the message names the mend."""


def migrate(url: str) -> None:
    """Apply the migrations that the database at ``url`` lacks, in one transaction: all of them or none.

    Everything is made by ``stockroom_owner``, whoever logs in. Two migrations at once take turns.

    Args:
        url: ``postgresql://`` URL of ``stockroom_owner`` or of an administrator.

    Raises:
        MigrationError: a role is missing and the login may not create it, or the login may not act as the owner.
    """
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("select pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        _become_owner(connection)
        config = Config()
        config.set_main_option("script_location", str(resources.files("stockroom.warehouse") / "migrations"))
        config.attributes["connection"] = connection
        logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)  # Airflow would print each step
        command.upgrade(config, "head")


def let_in(url: str, role: str, password: str) -> None:
    """Give a role a login with this password; it travels as a SCRAM verifier, so that no log of the server holds it.

    Args:
        url: of an administrator.
        role: ``stockroom_app`` or ``bi_reader``.
        password: ASCII, as it will be typed.
    """
    with psycopg.connect(url) as connection:
        verifier = connection.pgconn.encrypt_password(
            password.encode("ascii"), role.encode("ascii"), b"scram-sha-256"
        ).decode("ascii")
        connection.execute(
            sql.SQL("alter role {} login password {}").format(sql.Identifier(role), sql.Literal(verifier))
        )


def _become_owner(connection: sqlalchemy.Connection) -> None:
    """Make sure that the roles exist and act as the owner for the rest of the transaction."""
    present = set(connection.scalars(sqlalchemy.text("select rolname from pg_roles")))
    missing = [role for role in ROLES if role not in present]
    user, may_create, may_act = connection.execute(
        sqlalchemy.text(
            "select current_user, rolcreaterole or rolsuper, rolsuper or current_user = :owner "
            "from pg_roles where rolname = current_user"
        ),
        {"owner": OWNER},
    ).one()
    if missing and not may_create:
        raise MigrationError(
            f"the database has no role {', '.join(missing)} and {user} may not create it. As an administrator run: "
            + " ".join(f"create role {role} login;" for role in missing)
        )
    for role in missing:
        connection.execute(sqlalchemy.text(f"create role {role}"))
    if not may_act:
        raise MigrationError(f"{user} may not act as {OWNER}: migrate with the login of {OWNER} or an administrator")
    if user != OWNER:
        connection.execute(sqlalchemy.text(f"grant create on database {_database(connection)} to {OWNER}"))
        connection.execute(sqlalchemy.text(f"grant create, usage on schema public to {OWNER}"))
        connection.execute(sqlalchemy.text(f"set local role {OWNER}"))


def _database(connection: sqlalchemy.Connection) -> str:
    """Return the quoted name of the database."""
    return str(connection.scalar(sqlalchemy.text("select quote_ident(current_database())")))
