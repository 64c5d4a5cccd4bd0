"""docker-compose.yml and Dockerfile, checked as far as a machine without a container engine can."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY|REDISCLI_AUTH")
LONG_LIVED = {name: service for name, service in SERVICES.items() if name != "migrate"}


def test_every_part_of_production_is_there() -> None:
    airflow = {"api-server", "scheduler", "dag-processor", "triggerer", "worker"}
    assert {"warehouse-db", "airflow-db", "redis", "migrate", "storefront", "sample-store"} | airflow == set(SERVICES)
    assert SERVICES["sample-store"]["profiles"] == ["sample"]
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["sample-store"]


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_by_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert re.search(r":(\d+\.\d+|\$\{STOCKROOM_VERSION:-\d+\.\d+)", image), image
    assert "latest" not in image
    assert "@sha256" not in image


def test_the_base_image_is_the_python_that_the_project_asks_for() -> None:
    assert re.findall(r"^FROM (\S+)$", DOCKERFILE, re.MULTILINE) == ["python:3.11.13-slim-bookworm"]


def test_the_image_copies_only_what_exists_and_does_not_run_as_root() -> None:
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    assert re.search(r"^USER stockroom$", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("name", LONG_LIVED)
def test_every_service_that_stays_up_says_whether_it_is_well(name: str) -> None:
    health = SERVICES[name]["healthcheck"]
    assert health["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries", "start_period"} <= set(health)


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_file_and_none_has_a_default(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        for reference in re.findall(r"\$\{([^}]*)\}", str(value)):
            if SECRET.search(reference.split(":")[0]):
                assert ":?" in reference or name == "sample-store", f"{variable}: {reference}"
                assert re.fullmatch(r"\w+(:\?.+|:-)", reference), f"{variable}: {reference}"
        if SECRET.search(variable) and name != "sample-store":
            assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", str(value)), variable
        if "://" in str(value) and "@" in str(value):
            assert re.search(r":\$\{\w+:\?[^}]+\}@", str(value)), variable


def test_the_head_of_the_file_makes_every_secret_and_names_the_rest() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    head = text.split("x-health")[0]
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert {name for name in required if name not in head} == set()
    made = head.split("for name in ")[1].split(";")[0]
    assert {name for name in required if SECRET.search(name)} - {"AIRFLOW_FERNET_KEY"} == set(re.findall(r"\w+", made))


def test_an_order_bears_the_name_of_who_runs_it_and_not_the_sample_stores() -> None:
    for name in ("COMPANY_NAME", "COMPANY_ADDRESS", "MAIL_FROM"):
        assert f"${{STOCKROOM_{name}:?" in SERVICES["worker"]["environment"][f"STOCKROOM_{name}"]


def test_services_wait_for_the_databases_and_the_migration() -> None:
    databases = {name: {"condition": "service_healthy"} for name in ("airflow-db", "warehouse-db")}
    assert SERVICES["migrate"]["depends_on"] == databases
    for name in ("api-server", "scheduler", "dag-processor", "triggerer", "worker", "storefront"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_two_databases_keep_their_data_apart() -> None:
    assert SERVICES["warehouse-db"]["volumes"] != SERVICES["airflow-db"]["volumes"]
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"], name


def test_every_airflow_command_is_one_that_airflow_has() -> None:
    commands = [service["command"][1:] for service in SERVICES.values() if service.get("command", [""])[0] == "airflow"]
    checks = [s["healthcheck"]["test"][2:] for s in LONG_LIVED.values() if s["healthcheck"]["test"][1] == "airflow"]
    assert len(commands) == 5
    assert len(checks) == 3
    program = (
        "import os, sys, json; os.environ['AIRFLOW__CORE__EXECUTOR'] = 'CeleryExecutor'\n"
        "from airflow.cli import cli_parser\n"
        "for arguments in json.loads(sys.argv[1]):\n"
        "    cli_parser.get_parser().parse_args(arguments)\n"
    )
    wanted = [*commands, *checks, ["db", "migrate"]]
    done = subprocess.run([sys.executable, "-c", program, json.dumps(wanted)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["storefront", "sample-store"])
def test_our_own_services_take_the_options_they_are_given(name: str) -> None:
    command = SERVICES[name]["command"]
    shown = subprocess.run([sys.executable, *command[1:3], "--help"], capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    for option in (part for part in command if part.startswith("--")):
        assert option in shown.stdout


def test_every_setting_is_one_that_the_package_reads() -> None:
    from dataclasses import fields

    from stockroom.channels import CHANNELS
    from stockroom.settings import PREFIX, Settings

    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    known |= {PREFIX + channel.variable(field).upper() for channel in CHANNELS.values() for field in channel.fields}
    given = {name for name in SERVICES["worker"]["environment"] if name.startswith(PREFIX)}
    assert given <= known
    assert {"STOCKROOM_WAREHOUSE_URL", "STOCKROOM_LANDING_URL", "STOCKROOM_OUTBOX_DIR"} <= given


def test_channels_are_connected_by_a_file_of_their_own_that_git_and_the_image_leave_alone() -> None:
    from stockroom.channels import CHANNELS
    from stockroom.settings import PREFIX

    for name in ("api-server", "scheduler", "worker", "storefront"):
        assert SERVICES[name]["env_file"] == [{"path": "channels.env", "required": False}]
    theirs = tuple(
        f"{PREFIX}{channel.channel_id}_{field.name}".upper()
        for channel in CHANNELS.values()
        for field in channel.fields
    )
    assert [name for name in SERVICES["worker"]["environment"] if name in theirs] == []
    for file in (".gitignore", ".dockerignore"):
        assert {".env", "channels.env"} <= set((ROOT / file).read_text(encoding="utf-8").splitlines())


def test_the_login_manager_lets_only_the_named_person_answer() -> None:
    from types import SimpleNamespace

    from stockroom.orchestration.fab_logins import FabLogins

    ask = FabLogins.is_authorized_hitl_task
    buyer = SimpleNamespace(username="buyer", get_id=lambda: "7")
    assert ask(None, assigned_users={"buyer"}, user=buyer)
    assert not ask(None, assigned_users={"planner"}, user=buyer)
    assert SERVICES["api-server"]["environment"]["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabLogins")
