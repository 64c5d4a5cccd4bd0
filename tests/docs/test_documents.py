"""What the documents say about the tree, the commands and one another is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stockroom.cli import _parser as command_line
from stockroom.jobs.take_in_stock import COUNTED_BY
from stockroom.suppliers import WMS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in {"node_modules"} for part in path.relative_to(ROOT).parts)
)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    targets = [target for target in LINK.findall(document.read_text()) if "://" not in target]
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def test_the_tree_that_the_architecture_draws_is_the_tree() -> None:
    drawing = (ROOT / "ARCHITECTURE.md").read_text().split("## The house")[1].split("```")[1]
    drawn = []
    for line in drawing.strip().splitlines():
        names = re.split(r"\s{2,}", line.strip())[0]
        inside_package = line.startswith("  ")
        base = ROOT / "include/stockroom" if inside_package else ROOT
        drawn += [base / name.replace("<name>/", "") for name in names.split()]
    assert len(drawn) > 15
    assert [str(path) for path in drawn if not path.exists()] == []


def test_every_package_of_stockroom_is_drawn() -> None:
    drawing = (ROOT / "ARCHITECTURE.md").read_text().split("## The house")[1].split("```")[1]
    packages = {path.parent.name for path in (ROOT / "include/stockroom").glob("*/__init__.py")}
    assert packages - {name.split("/")[0] for name in re.findall(r"^  (\S+)", drawing, re.MULTILINE)} == set()


@pytest.mark.parametrize("folder", ["adr", "runbooks"])
def test_every_decision_and_runbook_stands_in_its_index(folder: str) -> None:
    index = (ROOT / "docs" / folder / "README.md").read_text()
    files = {path.name for path in (ROOT / "docs" / folder).glob("*.md")} - {"README.md"}
    assert files == set(LINK.findall(index))


def test_every_benchmark_and_soak_stands_in_its_index() -> None:
    folder = ROOT / "benchmarks"
    programs = {path.name for pattern in ("bench_*.py", "soak_*.py") for path in folder.glob(pattern)}
    named = LINK.findall((folder / "README.md").read_text())
    assert len(programs) > 20
    assert {name for name in named if name.endswith(".py")} == programs


def test_every_command_that_a_document_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {name for document in DOCUMENTS for name in re.findall(r"`make ([a-z-]+)[^`]*`", document.read_text())}
    assert named - targets == set()
    assert {"run", "test"} <= named


def test_every_command_of_stockroom_is_described_and_none_that_there_is_not() -> None:
    (parsers,) = (action.choices for action in command_line()._actions if isinstance(action.choices, dict))
    named = {name for path in DOCUMENTS for name in re.findall(r"`stockroom ([a-z-]+)", path.read_text())}
    assert named - set(parsers) == set()
    described = re.findall(r"`stockroom ([a-z-]+)", (ROOT / "docs/commands.md").read_text())
    assert set(parsers) - set(described) == set()


def test_the_files_of_the_warehouse_system_are_described_with_their_columns() -> None:
    described = (ROOT / "docs/stock.md").read_text()
    for kind in WMS.files:
        rows = [line for line in described.splitlines() if line.startswith(f"| `{kind.pattern.partition('.')[0]}")]
        assert [name for name in kind.columns if f"`{name}`" not in "".join(rows)] == []


def test_whoever_may_count_a_place_is_described_and_nobody_else() -> None:
    described = (ROOT / "docs/stock.md").read_text()
    (row,) = (line for line in described.splitlines() if line.startswith("| `source_of_truth` |"))
    assert set(re.findall(r"`(\w+)`", row)) - {"source_of_truth"} == set(COUNTED_BY)


def test_every_dag_that_the_architecture_lists_has_its_file() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE))
    schemas = {"raw", "marts", "plan", "ops", "pii"}
    files = {path.stem for path in (ROOT / "dags").glob("*.py")}
    assert listed - schemas == files
