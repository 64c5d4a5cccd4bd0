"""What stands in an Airflow connection reaches the channel of its name, field by field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stockroom.channels import CHANNELS, Channel
from stockroom.channels.blank import place_in_connection
from stockroom.orchestration.this_run import with_connections
from stockroom.settings import Settings

WITH_FIELDS = [channel for channel in CHANNELS.values() if channel.fields]


def settings_of(**values: str) -> Settings:
    folders = dict.fromkeys(("documents_dir", "outbox_dir", "reports_dir", "dbt_dir"), Path())
    return Settings(warehouse_url="", landing_url="", **folders, channel_values=values)


def filled_in(channel: Channel) -> str:
    """Return the connection as somebody fills in its form, by what the blank file and the channel's README say."""
    held = {place_in_connection(channel, field): f"https://{field.name}.example" for field in channel.fields}
    extra = {place.removeprefix("extra "): value for place, value in held.items() if place.startswith("extra ")}
    form = {"conn_type": "generic", "host": held.get("host"), "password": held.get("password"), "extra": extra}
    return json.dumps(form)


@pytest.mark.parametrize("channel", WITH_FIELDS, ids=lambda channel: channel.channel_id)
def test_every_field_of_a_channel_may_stand_in_the_connection_of_its_name(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{channel.channel_id}".upper(), filled_in(channel))
    found = with_connections(settings_of())
    assert {field.name: found.value(channel.variable(field)) for field in channel.fields} == {
        field.name: f"https://{field.name}.example" for field in channel.fields
    }


@pytest.mark.parametrize("channel", WITH_FIELDS, ids=lambda channel: channel.channel_id)
def test_the_channels_own_page_says_where_each_field_stands(channel: Channel) -> None:
    folder = Path(__file__).parents[2] / "include" / "stockroom" / "channels" / channel.channel_id
    page = (folder / "README.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    all_extras = f"be extras of Airflow's connection `{channel.channel_id}`" in page
    for field in channel.fields:
        variable = f"`STOCKROOM_{channel.variable(field)}`".upper()
        place = place_in_connection(channel, field)
        wanted = f"extra `{field.name}`" if place.startswith("extra") else place
        ends = [row.rstrip(" |") for row in rows if variable in row]
        assert ends, variable
        assert all_extras or any(end.endswith(wanted) for end in ends), f"{variable}: {wanted}"


def test_a_variable_wins_over_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SHOPIFY", filled_in(CHANNELS["shopify"]))
    found = with_connections(settings_of(shopify_token="theirs"))
    assert found.value("shopify_token") == "theirs"
    assert found.value("shopify_url") == "https://url.example"
