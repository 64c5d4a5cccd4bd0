"""The Airflow edge: assets, retry policies, tags, deadlines."""
