"""Who is on call hears of each trouble once an hour, also while the warehouse is down."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from stockroom.jobs.gate_keeping import GateFailedError
from stockroom.jobs.sound_alarm import Alarm, sound_alarm
from stockroom.orchestration.alarms import report_failure, report_missed_deadline
from stockroom.settings import Settings

NIGHT = datetime(2026, 3, 29, 3, 5, tzinfo=UTC)
ALARM = Alarm("sync_channels.extract", "tier:1 sync_channels.extract failed", "401: renew the token.")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings without a warehouse; the environment holds the same."""
    given = {"WAREHOUSE_URL": "postgresql://nobody@127.0.0.1:1/none", "LANDING_URL": tmp_path.as_uri()}
    given |= dict.fromkeys(("DOCUMENTS_DIR", "OUTBOX_DIR", "REPORTS_DIR", "DBT_DIR"), str(tmp_path))
    for name, value in given.items() | {("ALARM_MAIL", "ada@shop.example, bo@shop.example")}:
        monkeypatch.setenv(f"STOCKROOM_{name}", value)
    return Settings.from_environment()


def heard(settings: Settings) -> list[tuple[str, str, str]]:
    """Return recipient, subject and text of each mail."""
    files = (settings.outbox_dir / "alarms").glob("*.eml")
    mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return sorted((str(m["To"]), str(m["Subject"]), m.get_body(("plain",)).get_content()) for m in mails)


def failed(error: Any) -> dict[str, Any]:
    task = SimpleNamespace(dag_id="build_planning_marts", task_id="check_raw", log_url="http://airflow.example/log")
    return {
        "ti": task,
        "dag": SimpleNamespace(tags={"tier:2"}, doc_md="If nobody acts, all waits."),
        "exception": error,
    }


def test_everybody_hears_of_a_trouble_once_an_hour(settings: Settings) -> None:
    told = [sound_alarm(settings, ALARM, now=NIGHT + timedelta(minutes=late)).told for late in (0, 54, 55)]
    assert told == [2, 0, 2]
    assert sound_alarm(settings, Alarm("sync_suppliers.sync", "another", "text"), now=NIGHT).told == 2


def test_an_alarm_that_did_not_leave_is_sounded_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MAILS", '{"conn_type": "smtp", "host": "127.0.0.1", "port": 1}')
    monkeypatch.setenv("STOCKROOM_MAIL_SENDER", "smtp:mails")
    found = sound_alarm(Settings.from_environment(), ALARM, now=NIGHT)
    assert (found.told, len(found.unreached)) == (0, 2)
    assert "@" not in str(found)
    assert sound_alarm(settings, ALARM, now=NIGHT).told == 2


def test_a_failure_says_what_to_mend_where_its_log_is_and_what_happens_if_nobody_acts(settings: Settings) -> None:
    report_failure(failed(GateFailedError("gate raw failed: correct the price")))
    (to, subject, text), (other, _, _) = heard(settings)
    assert (to, other) == ("ada@shop.example", "bo@shop.example")
    assert subject == "tier:2 build_planning_marts.check_raw failed"
    for part in ("correct the price", "http://airflow.example/log", "docs/runbooks/README.md", "If nobody acts"):
        assert part in text


@pytest.mark.parametrize(
    "error", [psycopg.errors.UniqueViolation("(mail)=(eve@mail.example)"), None], ids=["a database", "nobody"]
)
def test_what_another_program_said_stays_in_the_house(settings: Settings, error: Any) -> None:
    report_failure(failed(error))
    assert all("its log says more" in text and "eve@" not in text for _, _, text in heard(settings))


def test_a_late_run_is_named_with_its_limit(settings: Settings) -> None:
    run = {"dag_id": "sync_channels", "dag_run_id": "scheduled__1"}
    report_missed_deadline("0:15:00", {"dag_run": run})
    (_, subject, text), _ = heard(settings)
    assert subject == "sync_channels has not ended within 0:15:00"
    assert "scheduled__1" in text


def test_where_nobody_is_on_call_a_failure_writes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STOCKROOM_ALARM_MAIL")
    report_failure(failed(None))
    assert not (settings.outbox_dir / "alarms").exists()
