"""A file in a folder is whole or absent, whatever kills its writer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from stockroom.delivery.folder import remove_unfinished, write_whole

WRITER = """
import sys
from pathlib import Path
from stockroom.delivery.folder import write_whole
path, turn = Path(sys.argv[1]), 0
print("ready", flush=True)
while True:
    turn += 1
    write_whole(path, bytes([turn % 250]) * 2_000_000)
"""


def test_what_was_written_is_there_and_writing_it_again_changes_nothing(tmp_path):
    path = tmp_path / "new" / "folder" / "PO-000001.pdf"
    assert write_whole(path, b"one")
    before = path.stat().st_mtime_ns, path.stat().st_ino
    assert not write_whole(path, b"one")
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    assert write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["PO-000001.pdf"]


def test_a_private_file_is_never_readable_by_others(tmp_path):
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "mail.eml", b"x", mode=0o600)
    finally:
        os.umask(before)
    assert (tmp_path / "mail.eml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("seed", range(3))
def test_readers_see_whole_files_alone_while_it_is_written_and_after_its_writer_was_killed(tmp_path, seed):
    path = tmp_path / "PO-000001.csv"
    write_whole(path, bytes(2_000_000))
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    killed_at = time.monotonic() + random.Random(seed).uniform(0.2, 0.5)  # noqa: S311 -- a moment, not a secret
    found = []
    while time.monotonic() < killed_at:
        found.append(path.read_bytes() if path.exists() else b"")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    found.append(path.read_bytes())
    assert {len(content) for content in found} == {2_000_000}
    assert all(content.count(content[:1]) == 2_000_000 for content in found)


def test_what_a_killed_writer_left_is_taken_away_without_touching_other_files(tmp_path):
    for name in (".PO-000001.csv.77.part", ".PO-000002.csv.77.part", "PO-000001.csv"):
        (tmp_path / name).write_bytes(b"x")
    remove_unfinished(tmp_path / "PO-000001.csv")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".PO-000002.csv.77.part", "PO-000001.csv"]
