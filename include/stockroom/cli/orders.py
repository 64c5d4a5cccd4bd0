"""Commands for plans and purchase orders, and for whatever else wants a person."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime

from stockroom.cli.command import Commands, job_named, plan_date_of, settings_of
from stockroom.settings import PREFIX

FINDINGS = ("arrived", "again")
"""What a supplier says of an order of which nobody knows whether it left."""


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    commands.dated("plan", job_named("plan_orders"), "plan purchase orders")
    commands.dated("check-decisions", job_named("check_decisions"), "check the decisions of a plan")
    commands.dated("release", job_named("release_orders"), "release the orders up to the approval threshold")
    commands.add("waiting", _waiting, "list the purchase orders that wait for an answer")
    exceptions = commands.add("exceptions", _exceptions, "list what else wants a person, and how to mend it")
    exceptions.add_argument("--kind", help="all of one kind, not only the first few of each")
    explain = commands.add("explain", _explain, "say why an order line is of so many, from its terms and its rows")
    explain.add_argument("line", help="such as PO-000123/2; without the line all lines of the order")
    commands.dated("watch", _watch, "look at what is under way, and put what is late or short before people")
    settle = commands.add("settle", _settle, "say what you did about an exception, or if an order in doubt arrived")
    settle.add_argument("key", help="as its mend names it: short_supply/PO-000012/3, purchase_order/PO-000001/v1")
    settle.add_argument("answer", choices=("acted", "dismissed", *FINDINGS), help="the last two: of an order in doubt")
    settle.add_argument("--who", required=True, help="your name, for the record")
    settle.add_argument("--note", help="what was done, or why nothing need be")
    answer = commands.add(
        "answer", _answer, "release or refuse a waiting purchase order, or refuse one that a gate holds"
    )
    answer.add_argument("po_number")
    answer.add_argument("version", type=int)
    answer.add_argument("answer", choices=("release", "refuse"))
    answer.add_argument("--who", required=True, help="your name, for the record")
    commands.add("deliver", _deliver, "send what waits in the outbox")


def _answer(given: argparse.Namespace) -> int:
    """Release or refuse an order, send what follows from it, and end the question about it."""
    from stockroom.jobs.answer_order import answer_order
    from stockroom.jobs.deliver_outbox import deliver_outbox
    from stockroom.jobs.waiting_orders import waiting_orders

    settings = settings_of(given)
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

    print(describe_waiting(waiting_orders(settings_of(given)), now=datetime.now(UTC)))
    return 0


def _exceptions(given: argparse.Namespace) -> int:
    """List what else wants a person."""
    from stockroom.jobs.open_exceptions import open_exceptions

    print(open_exceptions(settings_of(given), kind=given.kind))
    return 0


def _explain(given: argparse.Namespace) -> int:
    """Say why a line is of so many."""
    from stockroom.jobs.explain_order_line import explain_order_line

    print(explain_order_line(settings_of(given), given.line))
    return 0


def _watch(given: argparse.Namespace) -> int:
    """Look at what is under way."""
    from stockroom.jobs.watch_supply import watch_supply

    settings = settings_of(given)
    print(watch_supply(settings, as_of_date=plan_date_of(given, settings), now=datetime.now(UTC)))
    return 0


def _settle(given: argparse.Namespace) -> int:
    """Note what somebody did about an exception, or heard of an order in doubt."""
    if given.answer in FINDINGS:
        from stockroom.jobs.settle_message import settle_message

        if given.note is not None:
            raise ValueError("a note is kept of what was acted on or dismissed; leave --note out")
        print(settle_message(settings_of(given), given.key, given.answer, who=given.who))
        return 0
    from stockroom.jobs.settle_exception import settle_exception

    print(settle_exception(settings_of(given), given.key, given.answer, who=given.who, note=given.note))
    return 0


def _deliver(given: argparse.Namespace) -> int:
    """Send what waits in the outbox."""
    from stockroom.jobs.deliver_outbox import deliver_outbox

    print(deliver_outbox(settings_of(given), now=datetime.now(UTC)))
    return 0
