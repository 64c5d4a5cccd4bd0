"""The command line: the whole job on one machine, and every job by itself without Airflow.

Heavy modules are imported inside the commands, so that ``stockroom --help`` answers at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from stockroom.settings import PREFIX, Settings, SettingsError

LOGINS = {"stockroom_app": "STOCKROOM_APP_PASSWORD", "bi_reader": "STOCKROOM_BI_PASSWORD"}
"""Roles that `migrate` gives a login to, where the environment holds a password for them."""
LAYERS = ("staging", "intermediate", "marts")


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
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, command: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    def dated(name: str, command: object, text: str) -> argparse.ArgumentParser:
        added = add(name, command, text)
        added.add_argument("--as-of", type=_plan_date, metavar="YYYY-MM-DD", help="the plan date")
        return added

    dated("run", _run, "run the main job on the sample store, then stop")
    dated("up", _run, "run the main job and leave everything running").set_defaults(stays_up=True)
    add("down", _down, "stop what `up` left running")
    add("status", _status, "say what is running")
    add("clean", _clean, "stop everything and delete what the runs produced")

    add("migrate", _migrate, "bring the warehouse's schemas to their newest version")
    sync = add("sync", _sync, "bring new records of a source into the warehouse")
    sync.add_argument("source", help="a channel such as shopify, or `suppliers`")
    push = add("push", _push, "tell the channels what can be sold")
    push.add_argument("channel", nargs="?", help="only this one, such as shopify")
    push.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    push.add_argument("--everything", action="store_true", help="look at every listing, not only at what changed")
    push.add_argument("--allow", action="store_true", help="let a round pass that is held; needs --who")
    push.add_argument("--who", help="your name, for the record")
    add("record-requests", _record_requests, "record what shoppers are waiting for")
    dated("check-raw", _job("check_raw"), "check the raw records")
    build = dated("build", _build, "build the marts")
    build.add_argument("--layer", choices=LAYERS, help="only this layer")
    dated("plan", _job("plan_orders"), "plan purchase orders")
    dated("check-decisions", _job("check_decisions"), "check the decisions of a plan")
    dated("release", _job("release_orders"), "release the orders up to the approval threshold")
    add("waiting", _waiting, "list the purchase orders that wait for an answer")
    exceptions = add("exceptions", _exceptions, "list what else wants a person, and how to mend it")
    exceptions.add_argument("--kind", help="all of one kind, not only the first few of each")
    answer = add("answer", _answer, "release or refuse a waiting purchase order, or refuse one that a gate holds")
    answer.add_argument("po_number")
    answer.add_argument("version", type=int)
    answer.add_argument("answer", choices=("release", "refuse"))
    answer.add_argument("--who", required=True, help="your name, for the record")
    add("deliver", _deliver, "send what waits in the outbox")
    dated("flag-overstock", _job("flag_overstock"), "write the overstock digest")
    dated("measure", _job("measure_results"), "measure what forecasts, stock and policies were worth")
    add("take-in-feedback", _take_in_feedback, "take in bounces, complaints and shoppers' STOP")
    dated("announce", _announce, "choose the shoppers who are told of a restock")
    explain = add("explain-notice", _explain_notice, "say why shoppers were told of a restock, and why not")
    explain.add_argument("wanted", help="a SKU, the digest of an address, or - to type the address")
    for name in ("pause-notices", "resume-notices"):
        pause = add(name, _pause_notices, f"{name.partition('-')[0]} every notice to shoppers")
        pause.add_argument("--who", required=True, help="your name, for the record")
        pause.set_defaults(is_pause=name == "pause-notices")
    add("erase-contact", _erase_contact, "erase a shopper's address, typed or piped in")
    dated("summary", _job("summarise_run"), "say what a plan date came to")
    replay = add("replay", _replay, "play policies on the store's own past and report what each would have cost")
    replay.add_argument("--from", dest="first", type=date.fromisoformat, metavar="YYYY-MM-DD", help="first judged day")
    replay.add_argument("--to", dest="last", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last judged day")
    replay.add_argument("--policies", metavar="NAMES", help="families such as stockroom,classic (default: all)")
    replay.add_argument("--seed", type=int, default=0, help="of the lead times and of demand behind stockouts")
    replay.add_argument("--out", type=Path, metavar="FOLDER", help="where page and JSON go (default: the reports)")
    return parser


def _plan_date(text: str) -> date:
    """Return a plan date as a person types it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no day; write it as year, month and day, such as 2011-06-20"
        ) from None


def _run(given: argparse.Namespace) -> int:
    """Run the main job, and leave everything up for ``up``."""
    from stockroom.embedded.installation import SAMPLE_AS_OF_DATE, check_sample_date, find_installation

    as_of_date = given.as_of or SAMPLE_AS_OF_DATE
    check_sample_date(as_of_date)
    from stockroom.embedded.run import run  # imports Airflow's client and takes a second

    run(find_installation(), as_of_date=as_of_date, stays_up=getattr(given, "stays_up", False), say=print)
    return 0


def _down(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes what was given
    """Stop everything."""
    from stockroom.embedded.installation import find_installation
    from stockroom.embedded.run import down

    print("stopped" if down(find_installation()) else "nothing was running")
    return 0


def _status(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes what was given
    """Say what is up."""
    from stockroom.embedded.installation import find_installation
    from stockroom.embedded.run import describe_up

    installation = find_installation()
    print(describe_up(installation) if installation.up_file.exists() else "nothing is up; `make up` starts everything")
    return 0


def _clean(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes what was given
    """Delete everything that runs produced."""
    import shutil

    from stockroom.embedded import postgres
    from stockroom.embedded.installation import find_installation
    from stockroom.embedded.run import down

    installation = find_installation()
    down(installation)
    postgres.remove(installation.directory)
    shutil.rmtree(installation.directory, ignore_errors=True)
    print(f"deleted {installation.directory}")
    return 0


def _migrate(given: argparse.Namespace) -> int:
    """Bring the warehouse to its newest version."""
    from stockroom.warehouse.migrate import let_in, migrate

    settings = _settings(given)
    migrate(settings.owner_url)
    for role, variable in LOGINS.items():
        if os.environ.get(variable):
            let_in(settings.owner_url, role, os.environ[variable])
    return 0


def _sync(given: argparse.Namespace) -> int:
    """Bring in one source."""
    if given.source == "suppliers":
        from stockroom.jobs.sync_suppliers import sync_suppliers

        print(sync_suppliers(_settings(given)))
    else:
        from stockroom.channels import CHANNELS
        from stockroom.jobs.extract_channel import extract_channel

        if given.source not in CHANNELS:
            raise SettingsError(f"there is no source {given.source!r}; give one of {', '.join(CHANNELS)} or suppliers")
        print(extract_channel(_settings(given), given.source))
    return 0


def _push(given: argparse.Namespace) -> int:
    """Tell the channels what can be sold, or say what they would be told."""
    from stockroom.channels import CHANNELS
    from stockroom.jobs.push_availability import push_availability

    if given.channel and given.channel not in CHANNELS:
        raise SettingsError(f"there is no channel {given.channel!r}; give one of {', '.join(CHANNELS)}")
    if given.allow and not (given.who and given.channel):
        raise SettingsError("--allow lets one channel's round pass: name the channel, and yourself with --who")
    allowed_by = given.who if given.allow else None
    print(
        push_availability(
            _settings(given),
            channel_id=given.channel,
            is_dry=given.dry_run,
            everything=given.everything,
            allowed_by=allowed_by,
        )
    )
    return 0


def _record_requests(given: argparse.Namespace) -> int:
    """Record what shoppers are waiting for."""
    from stockroom.jobs.record_restock_requests import record_restock_requests

    print(record_restock_requests(_settings(given)))
    return 0


def _take_in_feedback(given: argparse.Namespace) -> int:
    """Take in what came back."""
    from stockroom.jobs.take_in_feedback import take_in_feedback

    print(take_in_feedback(_settings(given)))
    return 0


def _explain_notice(given: argparse.Namespace) -> int:
    """Say why shoppers were told, and why not."""
    from stockroom.jobs.explain_notice import digest_of, explain_notice

    wanted = digest_of(input("address: ")) if given.wanted == "-" else given.wanted
    print(explain_notice(_settings(given), wanted, now=datetime.now(UTC)))
    return 0


def _pause_notices(given: argparse.Namespace) -> int:
    """Hold notices back, or let them go."""
    from stockroom.jobs.pause_notices import pause_notices, resume_notices

    print((pause_notices if given.is_pause else resume_notices)(_settings(given), who=given.who))
    return 0


def _erase_contact(given: argparse.Namespace) -> int:
    """Erase an address; it is typed, so that no history of commands keeps it."""
    from stockroom.jobs.erase_contact import erase_contact
    from stockroom.jobs.explain_notice import digest_of

    print(erase_contact(_settings(given), digest_of(input("address: "))))
    return 0


def _build(given: argparse.Namespace) -> int:
    """Build one layer, or all of them."""
    from stockroom.jobs.build_marts import build_marts

    settings = _settings(given)
    print(build_marts(settings, as_of_date=_as_of_date(given, settings), layer=given.layer))
    return 0


def _answer(given: argparse.Namespace) -> int:
    """Release or refuse an order, send what follows from it, and end the question about it."""
    from stockroom.jobs.answer_order import answer_order
    from stockroom.jobs.deliver_outbox import deliver_outbox
    from stockroom.jobs.waiting_orders import waiting_orders

    settings = _settings(given)
    answered = answer_order(settings, given.po_number, given.version, given.answer, given.who)
    print(answered)
    print(deliver_outbox(settings, now=datetime.now(UTC)))
    still_waits = any(order.po_number == given.po_number for order in waiting_orders(settings))
    if not still_waits and f"{PREFIX}WAREHOUSE_URL" not in os.environ:
        from stockroom.embedded.installation import find_installation
        from stockroom.embedded.questions import end_questions_here

        installation = find_installation()
        if installation.up_file.exists():
            print(end_questions_here(installation, given.po_number, because=str(answered)))
    return 0


def _waiting(given: argparse.Namespace) -> int:
    """List the orders that wait."""
    from stockroom.jobs.waiting_orders import describe_waiting, waiting_orders

    print(describe_waiting(waiting_orders(_settings(given)), now=datetime.now(UTC)))
    return 0


def _exceptions(given: argparse.Namespace) -> int:
    """List what else wants a person."""
    from stockroom.jobs.open_exceptions import open_exceptions

    print(open_exceptions(_settings(given), kind=given.kind))
    return 0


def _announce(given: argparse.Namespace) -> int:
    """Choose who is told."""
    from stockroom.jobs.announce_restocks import announce_restocks

    settings = _settings(given)
    print(announce_restocks(settings, as_of_date=_as_of_date(given, settings), now=datetime.now(UTC)))
    return 0


def _deliver(given: argparse.Namespace) -> int:
    """Send what waits in the outbox."""
    from stockroom.jobs.deliver_outbox import deliver_outbox

    print(deliver_outbox(_settings(given), now=datetime.now(UTC)))
    return 0


def _replay(given: argparse.Namespace) -> int:
    """Play the policies, with a bar while it takes minutes."""
    from rich.console import Console
    from rich.progress import Progress

    from stockroom.jobs.replay_policies import ReplayWish, replay_store

    wish = ReplayWish(first=given.first, last=given.last, seed=given.seed, out=given.out)
    if given.policies:
        wish = replace(wish, families=given.policies.split(","))
    settings = _settings(given)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replaying", total=None)
        summary = replay_store(
            settings, wish, on_progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    print(summary)
    return 0


def _job(name: str) -> Callable[[argparse.Namespace], int]:
    """Return the command for a job that takes nothing but the plan date; module and function bear its name."""

    def command(given: argparse.Namespace) -> int:
        settings = _settings(given)
        job = getattr(import_module(f"stockroom.jobs.{name}"), name)
        print(job(settings, as_of_date=_as_of_date(given, settings)))
        return 0

    return command


def _settings(given: argparse.Namespace) -> Settings:
    """Return the environment's settings, or those of this machine's installation.

    Its database is started for the time of the command where nothing is up: orders can be looked at and answered after
    a run as well.
    """
    if f"{PREFIX}WAREHOUSE_URL" in os.environ:
        return Settings.from_environment()
    from stockroom.embedded import postgres
    from stockroom.embedded.installation import SAMPLE_AS_OF_DATE, find_installation, local_settings

    installation = find_installation()
    server = postgres.find(installation.directory)
    if server is None:
        if not (installation.directory / "postgres").exists():
            raise SettingsError(
                f"{PREFIX}WAREHOUSE_URL is not set and nothing ran here yet; `make run` runs the main job"
            )
        server = postgres.start(installation.directory)
        given.stack.callback(server.stop)
    as_of_date = getattr(given, "as_of", None) or installation.up_date() or SAMPLE_AS_OF_DATE
    return Settings.from_environment(local_settings(installation, server, as_of_date=as_of_date))


def _as_of_date(given: argparse.Namespace, settings: Settings) -> date:
    """Return the plan date that was given, if anything is known of it, else the pinned one, else the store's today."""
    if given.as_of:
        from stockroom.jobs.check_plan_date import check_plan_date

        check_plan_date(settings, as_of_date=given.as_of)
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.time_zone)).date()
    return given.as_of or settings.as_of_date or today
