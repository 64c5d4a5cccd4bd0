"""Commands for shoppers who wait: what they asked for, whom to tell, why, and whom to forget."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from stockroom.cli.command import Commands, plan_date_of, settings_of


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    commands.add("record-requests", _record_requests, "record what shoppers are waiting for")
    commands.add("take-in-feedback", _take_in_feedback, "take in bounces, complaints and shoppers' STOP")
    commands.dated("announce", _announce, "choose the shoppers who are told of a restock")
    explain = commands.add("explain-notice", _explain_notice, "say why shoppers were told of a restock, and why not")
    explain.add_argument("wanted", help="a SKU, the digest of an address, or - to type the address")
    for name in ("pause-notices", "resume-notices"):
        pause = commands.add(name, _pause_notices, f"{name.partition('-')[0]} every notice to shoppers")
        pause.add_argument("--who", required=True, help="your name, for the record")
        pause.set_defaults(is_pause=name == "pause-notices")
    likely = commands.add(
        "likely-back", _likely_back, "say when something is likely back, and why shoppers see it or not"
    )
    likely.add_argument("sku", nargs="?", default="", help="a SKU; without: how often past days held")
    commands.add("erase-contact", _erase_contact, "erase a shopper's address, typed or piped in")


def _record_requests(given: argparse.Namespace) -> int:
    """Record what shoppers are waiting for."""
    from stockroom.jobs.record_restock_requests import record_restock_requests

    print(record_restock_requests(settings_of(given)))
    return 0


def _take_in_feedback(given: argparse.Namespace) -> int:
    """Take in what came back."""
    from stockroom.jobs.take_in_feedback import take_in_feedback

    print(take_in_feedback(settings_of(given)))
    return 0


def _announce(given: argparse.Namespace) -> int:
    """Choose who is told."""
    from stockroom.jobs.announce_restocks import announce_restocks

    settings = settings_of(given)
    print(announce_restocks(settings, as_of_date=plan_date_of(given, settings), now=datetime.now(UTC)))
    return 0


def _explain_notice(given: argparse.Namespace) -> int:
    """Say why shoppers were told, and why not."""
    from stockroom.jobs.explain_notice import digest_of, explain_notice

    wanted = digest_of(input("address: ")) if given.wanted == "-" else given.wanted
    print(explain_notice(settings_of(given), wanted, now=datetime.now(UTC)))
    return 0


def _likely_back(given: argparse.Namespace) -> int:
    """Say when something is likely back."""
    from stockroom.jobs.likely_back import explain_likely_back

    print(explain_likely_back(settings_of(given), given.sku.strip().upper()))
    return 0


def _pause_notices(given: argparse.Namespace) -> int:
    """Hold notices back, or let them go."""
    from stockroom.jobs.pause_notices import pause_notices, resume_notices

    print((pause_notices if given.is_pause else resume_notices)(settings_of(given), who=given.who))
    return 0


def _erase_contact(given: argparse.Namespace) -> int:
    """Erase an address; it is typed, so that no history of commands keeps it."""
    from stockroom.jobs.erase_contact import erase_contact
    from stockroom.jobs.explain_notice import digest_of

    print(erase_contact(settings_of(given), digest_of(input("address: "))))
    return 0
