"""The command line: the whole job on one machine, and every job by itself without Airflow.

A module a group of commands: what they are called beside what they do. Heavy modules are imported inside the commands,
so that ``stockroom --help`` answers at once.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from stockroom.cli import (
    connecting,
    measures,
    one_machine,
    orders,
    selling,
    shoppers,
    supply,
    supposing,
    upkeep,
    warehouse,
)
from stockroom.cli.command import Commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 after a message that says what went wrong."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True, errors="replace")
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with ExitStack() as given.stack:  # stops what a command starts for itself
            return int(given.command(given))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except Exception as error:
        if given.traceback:
            raise
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1


def _interrupt(_signal: int, _frame: object) -> None:
    """Treat a request to end like Ctrl-C: what was started is stopped in order."""
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="stockroom", description="Inventory automation for e-commerce.")
    parser.add_argument("--traceback", action="store_true", help="show where an error comes from")
    commands = Commands(parser.add_subparsers(title="commands", required=True, metavar="COMMAND"))
    for group in (one_machine, connecting, warehouse, selling, orders, supply, supposing, shoppers, measures, upkeep):
        group.add_to(commands)
    return parser
