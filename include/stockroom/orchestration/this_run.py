"""What a task asks about the run it belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from airflow.sdk import Connection, get_current_context
from airflow.sdk.exceptions import AirflowNotFoundException

from stockroom.orchestration.plan_date import KEY_FORMAT, choose_plan_date
from stockroom.settings import Settings


def settings() -> Settings:
    """Return the installation's settings; the Shopify token may also come from Airflow's connection ``shopify``."""
    found = Settings.from_environment()
    if found.shopify_token:
        return found
    try:
        token = Connection.get("shopify").password
    except AirflowNotFoundException:
        return found
    return replace(found, shopify_token=token or "")


def plan_date() -> date:
    """Return the plan date of the DAG run that the current task belongs to."""
    return choose_plan_date(get_current_context()["dag_run"], Settings.from_environment(), now=datetime.now(UTC))


def stamp_outlets() -> None:
    """Put the plan date on the events of the current task's outlets, as the partition key of the runs they start.

    The run's own key would be handed on without this; it is not the plan date where the date is pinned.
    """
    context = get_current_context()
    for outlet in context["task"].outlets:
        context["outlet_events"][outlet].add_partitions(plan_date().strftime(KEY_FORMAT))
