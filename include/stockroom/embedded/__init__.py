"""The one-machine default: Postgres from a wheel, Airflow, local folders."""
