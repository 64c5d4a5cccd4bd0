"""Stockroom: inventory automation for e-commerce. SQL measures, Python decides, Airflow schedules."""
