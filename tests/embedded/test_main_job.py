"""`make run`, whole: a first run leaves what its summary says, a second says that nothing is new and changes nothing.

The first goes through two mornings, the second through the last of them again.

The runs work in a scratch project whose folders are links to this one's, so that the project's own `.stockroom` is
left alone. One file and two runs: it is minutes of the suite.
"""

from __future__ import annotations

import email
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql
from tests.worlds import lend_world

from stockroom.embedded import postgres
from stockroom.embedded.children import is_marked_running
from stockroom.embedded.installation import Installation
from stockroom.settings import PREFIX
from stockroom.warehouse import connect

RUN_SECONDS = 600
pytestmark = [pytest.mark.slow, pytest.mark.timeout(RUN_SECONDS + 60)]

ROOT = Path(__file__).parents[2]
LINKED = ("dags", "dbt_project", "include", "plugins", "Makefile", "pyproject.toml")
DIARIES = {"ops.extract_runs", "ops.gate_runs", "ops.mart_builds", "marts.fct_availability_pushes"}
"""Tables that say when something was done: each run adds its lines, and the next shows what channels were told."""


@dataclass(frozen=True)
class Ran:
    """What a run said and what it left."""

    said: str
    files: dict[str, str]
    """Digest of every file that stays, by its path below ``.stockroom``."""
    rows: dict[str, int]
    """Of every table, by its name."""
    is_anything_left: bool
    """A process that was started still lives."""

    def number(self, pattern: str) -> int:
        """Return the number that the summary holds where ``pattern`` has its group."""
        summary = self.said.partition("\n\n")[2]  # what tasks said of themselves stands before it
        found = re.search(pattern, summary)
        assert found, f"{pattern!r} is not in:\n{summary}"
        return int(found[1].replace(",", ""))

    def orders(self, answer: str) -> list[str]:
        """Return the orders of the earlier morning that the summary names behind an answer."""
        followed = self.said.partition("What became of the orders of 2011-06-28")[2]
        return re.findall(r"PO-\d{6}", " ".join(re.findall(rf"{answer} (PO-.*)", followed)))

    def paths(self, pattern: str) -> set[str]:
        """Return the paths of the files that match a pattern."""
        return {path for path in self.files if re.fullmatch(pattern, path)}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    project = tmp_path_factory.mktemp("main_job")
    for name in LINKED:
        (project / name).symlink_to(ROOT / name)
    (project / ".venv").symlink_to(sys.prefix)
    lend_world(project / ".stockroom" / "store")
    yield Installation(project)
    stockroom = Path(sys.executable).with_name("stockroom")
    subprocess.run([stockroom, "clean"], cwd=project, env=_environment(), check=True, capture_output=True)


@pytest.fixture(scope="module")
def first(installation: Installation) -> Ran:
    return _run(installation)


@pytest.fixture(scope="module")
def second(installation: Installation, first: Ran) -> Ran:
    assert first.said
    return _run(installation)


def test_a_first_run_leaves_the_orders_that_its_summary_names(installation: Installation, first: Ran) -> None:
    waiting = first.number(r"([\d,]+) waiting for a person")
    released = first.number(r"([\d,]+) released,") + len(first.orders("released"))
    refused = len(first.orders("refused"))
    assert released > 0
    assert waiting > 0
    for kind in ("pdf", "csv"):
        assert len(first.paths(rf"outbox/purchase_orders/PO-\d{{6}}\.{kind}")) == released
        assert len(first.paths(rf"documents/purchase_orders/PO-\d{{6}}\.{kind}")) == released + waiting + refused
    for path in first.paths(r"outbox/purchase_orders/.*\.pdf"):
        assert (installation.directory / path).read_bytes().startswith(b"%PDF-")
    assert first.rows["ops.purchase_orders"] == released + waiting + refused


def test_between_its_two_mornings_people_and_suppliers_answer_orders_and_none_comes_twice(first: Ran) -> None:
    assert len(first.orders("buyer released")) == 4
    assert len(first.orders("buyer refused")) == 1
    for said in (
        r"takes PO-\d{6} as it is",
        r"S04 shortens \d+ of \d+ lines of PO-\d{6}",
        r"S05 owes [\d,]+ units on \d+ of \d+ lines of PO-\d{6}",
        r"S11 says nothing of PO-\d{6}",
        r"of these about the orders above: \d+ short, \d+ back-ordered, 1 unanswered",
        r"S04: 1 of \d+ orders answered",
        r"counts all [\d,]+ units to come on [\d,]+ lines as on order",
        r"orders nothing twice",
    ):
        assert re.search(said, first.said), said


def test_a_first_run_leaves_the_digest_and_the_mails_that_its_summary_names(
    installation: Installation, first: Ran
) -> None:
    assert first.number(r"tied up in ([\d,]+) SKU-locations") > 0
    assert len(first.paths(r"documents/overstock/overstock-2011-W26\.(html|csv)")) == 2
    mails = first.paths(r"outbox/mail/.*\.eml")
    told, in_vain = first.number(r"([\d,]+) restock mails"), first.number(r"restock mails, ([\d,]+) apologies")
    assert told > 0
    assert in_vain > 0
    assert len(mails) == told + in_vain
    mail = email.message_from_bytes((installation.directory / min(mails)).read_bytes())
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html"}


def test_a_run_stops_what_it_started(first: Ran, second: Ran) -> None:
    assert not first.is_anything_left
    assert not second.is_anything_left


def test_a_second_run_says_that_nothing_is_new_and_writes_nothing_twice(first: Ran, second: Ran) -> None:
    assert "Nothing is new: 2011-06-30 was planned before, and nothing was written twice." in second.said
    assert second.files == first.files
    assert second.rows == first.rows


def test_orders_can_be_looked_at_after_a_run(installation: Installation, second: Ran) -> None:
    stockroom = Path(sys.executable).with_name("stockroom")
    listed = subprocess.run(
        [stockroom, "waiting"], cwd=installation.project, env=_environment(), capture_output=True, text=True, check=True
    )
    assert len(re.findall(r"^PO-\d{6} ", listed.stdout, re.MULTILINE)) == second.number(
        r"([\d,]+) waiting for a person"
    )
    assert postgres.find(installation.directory) is None


def _run(installation: Installation) -> Ran:
    """Run the main job as a person does and return what came of it."""
    # `--old-file`: the environment is this one, whatever is newer than it; a test installs nothing.
    command = ["make", "--old-file=.venv/.product", "run"]
    ran = subprocess.run(
        command, cwd=installation.project, env=_environment(), capture_output=True, timeout=RUN_SECONDS, check=False
    )
    said = ran.stdout.decode(errors="replace")
    assert ran.returncode == 0, said + ran.stderr.decode(errors="replace")
    left = is_marked_running(installation.mark) or postgres.find(installation.directory) is not None
    return Ran(said, _files(installation), _rows(installation), left)


def _environment() -> dict[str, str]:
    """Return this environment without the settings of any other installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "AIRFLOW", "MAKE"))}


def _files(installation: Installation) -> dict[str, str]:
    """Return the digest of every file that a run writes for others to read."""
    return {
        str(path.relative_to(installation.directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("documents", "landing", "outbox")
        for path in (installation.directory / folder).rglob("*")
        if path.is_file()
    }


def _rows(installation: Installation) -> dict[str, int]:
    """Return how many rows each table holds, but for the diaries."""
    server = postgres.start(installation.directory)
    try:
        with connect(server.warehouse_url()) as connection:
            names = connection.execute(
                """
                select schemaname, tablename from pg_tables
                where schemaname in ('raw', 'marts', 'plan', 'ops', 'pii')
                """
            ).fetchall()
            counted = {}
            for schema, name in names:
                query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))
                [counted[f"{schema}.{name}"]] = connection.execute(query).fetchone() or (0,)
    finally:
        server.stop()
    return {name: count for name, count in counted.items() if name not in DIARIES}
