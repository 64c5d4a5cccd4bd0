"""Free ports on loopback, remembered so that addresses printed once go on working."""

from __future__ import annotations

import json
import socket
from pathlib import Path

HOST = "127.0.0.1"


def choose_ports(file: Path, names: tuple[str, ...]) -> dict[str, int]:
    """Return one port per name: the one ``file`` remembers if it is free, else a free one, which is then remembered.

    A port remembered for a name that is not asked for stays remembered and is given to no other name.
    """
    remembered = remembered_ports(file)
    chosen: dict[str, int] = {}
    for name in names:
        taken = {port for other, port in {**remembered, **chosen}.items() if other != name}
        chosen[name] = _free_port(remembered.get(name, 0), taken)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({**remembered, **chosen}, indent=2) + "\n", encoding="ascii")
    unfinished.replace(file)
    return chosen


def remembered_ports(file: Path) -> dict[str, int]:
    """Return the ports that the file remembers; none if it is missing or damaged."""
    try:
        found = json.loads(file.read_text(encoding="ascii"))
        return {str(name): int(port) for name, port in found.items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}


def _free_port(wanted: int, taken: set[int]) -> int:
    """Return ``wanted`` if nobody listens there, else a port that the system calls free and that is not ``taken``."""
    for candidate in (wanted, *(0 for _ in range(50))):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except (OSError, OverflowError):
                continue
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port
    raise RuntimeError(f"no free port on {HOST}")
