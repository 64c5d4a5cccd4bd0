"""A channel is one folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stockroom.channels import CHANNELS, find_channels

TOY = """
from stockroom.channels.channel import Channel, RecordSource
from stockroom.streams import Stream
STREAMS = (Stream("toy", "orders", key=("id",)),)
CHANNEL = Channel("{name}", "Toy", RecordSource(streams=STREAMS, connect=lambda settings: None))
"""


def folder(root: Path, name: str, content: str) -> Path:
    (root / name).mkdir(parents=True)
    (root / name / "__init__.py").write_text(content)
    return root


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("toys")]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "__init__.py").touch()
    return tmp_path / "toys"


def test_the_channels_are_found_by_themselves() -> None:
    assert {"shopify", "wholesale"} <= set(CHANNELS)


def test_a_new_channel_is_its_folder_and_nothing_else(toys: Path) -> None:
    folder(toys, "toy", TOY.format(name="toy"))
    assert find_channels([str(toys)], "toys")["toy"].streams[0].table == "toy_orders"


def test_a_folder_without_a_declaration_is_an_error(toys: Path) -> None:
    folder(toys, "toy", "")
    with pytest.raises(ValueError, match=r"toys\.toy declares no channel"):
        find_channels([str(toys)], "toys")


def test_a_channel_is_called_like_its_folder(toys: Path) -> None:
    folder(toys, "one", TOY.format(name="other"))
    with pytest.raises(ValueError, match=r"toys\.one declares the channel 'other'"):
        find_channels([str(toys)], "toys")


def test_every_channel_folder_holds_the_same_files() -> None:
    root = Path(sys.modules["stockroom.channels"].__file__ or "").parent
    for channel in CHANNELS:
        assert {"__init__.py", "client.py", "streams.py", "README.md"} <= {
            item.name for item in (root / channel).iterdir()
        }
