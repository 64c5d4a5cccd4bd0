"""Alembic's entry point; ``stockroom.warehouse.migrate`` hands it the connection."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
