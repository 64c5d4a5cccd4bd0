"""What a task asks about the run it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import Connection, get_current_context
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException

from stockroom.orchestration.plan_date import KEY_FORMAT, choose_plan_date
from stockroom.settings import Settings

if TYPE_CHECKING:
    from stockroom.channels import Channel

ASSET_TRIGGERED = "asset_triggered"


def settings() -> Settings:
    """Return the installation's settings; a channel's may stand in Airflow's connection of its name."""
    return with_connections(Settings.from_environment())


def with_connections(found: Settings) -> Settings:
    """Return settings with what Airflow's connections hold of each channel; a variable wins over them."""
    from stockroom.channels import CHANNELS  # its clients would slow the reading of every DAG file down

    values = dict(found.channel_values)
    for channel in CHANNELS.values():
        if channel.fields and not all(values.get(channel.variable(field)) for field in channel.fields):
            values = connection_values(channel) | values
    return replace(found, channel_values=values)


def connection_values(channel: Channel) -> dict[str, str]:
    """Return what Airflow's connection called like the channel holds: see ``ConnectionField`` for what stands where."""
    try:
        connection = Connection.get(channel.channel_id)
    except AirflowNotFoundException:
        return {}
    extra = connection.extra_dejson
    secrets = [field.name for field in channel.fields if field.is_secret]
    held = {"url": connection.host, **({secrets[0]: connection.password} if secrets else {})}
    given = {field: held.get(field.name) or extra.get(field.name) for field in channel.fields}
    return {channel.variable(field): str(value) for field, value in given.items() if value}


def now() -> datetime:
    """Return this moment: the clock that tasks hand to the jobs."""
    return datetime.now(UTC)


def plan_date() -> date:
    """Return the plan date of the DAG run that the current task belongs to."""
    return choose_plan_date(get_current_context()["dag_run"], Settings.from_environment(), now=datetime.now(UTC))


def is_called() -> bool:
    """Return whether an asset's event started the current run, and neither the clock nor a person."""
    return bool(get_current_context()["dag_run"].run_type == ASSET_TRIGGERED)


def leave_to_the_clock(*, unless: Callable[[], bool] = lambda: False) -> None:
    """Skip the current task where an asset's event started the run, unless what it does cannot wait for minutes."""
    if is_called() and not unless():
        raise AirflowSkipException("this run was called; the next one of the clock, minutes later, does this")


def stamp_outlets() -> None:
    """Put the plan date on the events of the current task's outlets, as the partition key of the runs they start.

    The run's own key would be handed on without this; it is not the plan date where the date is pinned.
    """
    context = get_current_context()
    for outlet in context["task"].outlets:
        context["outlet_events"][outlet].add_partitions(plan_date().strftime(KEY_FORMAT))


def replay_wishes() -> dict[str, Any]:
    """Return what whoever started the current run wants replayed, as the job takes it."""
    params = get_current_context()["params"]
    families = [name.strip() for name in str(params["replay_policies"]).split(",") if name.strip()]
    return {"days": int(params["replay_days"]), **({"families": families} if families else {})}
