"""The small service that shoppers reach: its own process, never inside Airflow."""
