"""What wants a person is listed with its mend until it is resolved, and no kind drowns the others."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from stockroom.jobs.open_exceptions import open_exceptions
from stockroom.jobs.settle_exception import settle_exception
from stockroom.settings import Settings


@pytest.fixture
def settings(warehouse, tmp_path: Path) -> Settings:
    return Settings(warehouse.url_of("stockroom_app"), "", tmp_path, tmp_path, tmp_path, tmp_path)


def raise_exception(warehouse, key: str, *, kind: str = "policy_rule", resolved: str | None = None) -> None:
    warehouse.connection.execute(
        "insert into ops.exceptions values (%s, %s, %s, 'it is wrong', 'put it right', '2011-06-30', %s)",
        (key, kind, f"subject {key}", resolved),
    )
    warehouse.connection.commit()


def test_an_open_exception_is_named_with_its_mend(settings: Settings, warehouse) -> None:
    raise_exception(warehouse, "a")
    assert str(open_exceptions(settings)) == (
        "policy rule: 1 open\n  subject a (since 2011-06-30): it is wrong\n    mend: put it right\n    key: a"
    )


def test_a_key_is_written_so_that_settle_takes_it_from_a_shell(settings: Settings, warehouse) -> None:
    raise_exception(warehouse, "listing/shopify/Tom's mug")
    [said] = [line for line in str(open_exceptions(settings)).splitlines() if line.startswith("    key: ")]
    [key] = shlex.split(said.removeprefix("    key: "))
    settle_exception(settings, key, "acted", who="ann", note=None)
    assert str(open_exceptions(settings)) == "nothing wants a person"


def test_what_is_mended_is_not_listed(settings: Settings, warehouse) -> None:
    raise_exception(warehouse, "a", resolved="2011-07-01")
    assert str(open_exceptions(settings)) == "nothing wants a person"


def test_a_kind_with_many_is_cut_and_shown_whole_when_asked_for(settings: Settings, warehouse) -> None:
    raise_exception(warehouse, "only", kind="undeliverable")
    for number in range(7):
        raise_exception(warehouse, str(number))
    text = str(open_exceptions(settings))
    assert "policy rule: 7 open" in text
    assert "and 2 more: stockroom exceptions --kind policy_rule" in text
    assert "subject only" in text
    text = str(open_exceptions(settings, kind="policy_rule"))
    assert text.count("mend:") == 7
    assert "subject only" not in text
