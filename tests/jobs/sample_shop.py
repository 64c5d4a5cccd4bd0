"""The sample store as a process, and a warehouse that every channel of it is connected to."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.worlds import lend_world

from stockroom.channels import CHANNELS
from stockroom.settings import Settings

KEY = "a_key_for_these_tests"


class SampleShop:
    """The sample store as a process of its own."""

    def __init__(self, root: Path, clock: str, log: Path | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.root = root
        lend_world(root)
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable, "-m", "sample_store", "--root", str(root), "--port", str(self.port), "--clock", clock,
            "--bucket-points", "200000", "--restore-rate", "100000",
        ]  # fmt: skip
        with log.open("wb") if log else contextlib.nullcontext() as said:
            self.process = subprocess.Popen(command, env={**os.environ, "SAMPLE_STORE_TOKEN": KEY}, stderr=said)
        for _ in range(600):
            try:
                self.get("/clock")
            except OSError:
                assert self.process.poll() is None, "the sample store did not start"
                time.sleep(0.1)
            else:
                return
        pytest.fail("the sample store did not answer within a minute")

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:  # noqa: S310  # loopback
            return json.loads(answer.read())

    def post(self, path: str, document: dict[str, Any]) -> Any:
        request = urllib.request.Request(self.url + path, json.dumps(document).encode(), method="POST")  # noqa: S310  # loopback
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # loopback
            return json.loads(answer.read())

    def fault(self, kind: str, times: int = 1, channel: str = "") -> None:
        self.post("/faults", {"kind": kind, "times": times, "channel": channel})

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def settings(self, warehouse: Any, folder: Path, **others: Any) -> Settings:
        """Return settings that connect every channel to this store."""
        (folder / "landing").mkdir(exist_ok=True)
        values = {
            channel.variable(field): f"{self.url}/{channel.channel_id}"
            if field.name == "url"
            else KEY
            if field.is_secret
            else field.example
            for channel in CHANNELS.values()
            for field in channel.fields
        }
        given: dict[str, Any] = {
            "warehouse_url": warehouse.url_of("stockroom_app"),
            "warehouse_owner_url": warehouse.url,
            "landing_url": (folder / "landing").as_uri(),
            "documents_dir": folder,
            "outbox_dir": folder,
            "reports_dir": folder,
            "dbt_dir": folder / "dbt",
            "channel_values": values,
            "wholesale_dir": self.root / "wholesale",
        }
        return Settings(**{**given, **others})
