"""Postgres: connection, migrations, landing, COPY in and out, and the SQL beside the code."""
