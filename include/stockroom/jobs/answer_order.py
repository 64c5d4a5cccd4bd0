"""Answer for a waiting order: release it or refuse it, once, in a person's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from stockroom.jobs.named_people import check_named
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.late_releases import follow_late_release
from stockroom.warehouse.order_answers import Outcome, record_answer
from stockroom.warehouse.plans import take_turns

Answer = Literal["release", "refuse", "no answer"]
_WHAT_HAPPENED: dict[Outcome, str] = {
    "released": "released",
    "one of two": "one of two people said yes; it goes on waiting for the other",
    "refused": "refused",
    "no answer": "no answer; it goes on waiting",
    "answered before": "answered so before; nothing changed",
    "older version": "the answer was for an older version; recorded without effect",
    "not waiting": "it does not wait any more; recorded without effect",
}


@dataclass(frozen=True)
class AnswerSummary:
    """What an answer did."""

    po_number: str
    version: int
    outcome: Outcome
    who: str
    lateness: str | None = None
    """What follows from a release after the supplier's time for orders."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        late = f"; {self.lateness}" if self.lateness else ""
        return f"{self.po_number} version {self.version}: {_WHAT_HAPPENED[self.outcome]} ({self.who}){late}"


def answer_order(
    settings: Settings, po_number: str, version: int, answer: Answer, who: str, *, now: datetime | None = None
) -> AnswerSummary:
    """Release or refuse a waiting order in the name of ``who``, and record it with the time.

    An answer counts only for the version that it was given for, and only while that version waits; any other is
    recorded without effect. A refusal counts for a proposal that a gate holds, too. ``no answer`` (the question ran out
    of time) leaves the order waiting. Given twice, an answer acts once. An order above
    ``STOCKROOM_SECOND_APPROVAL_THRESHOLD``, or in money of which no rate is known, goes when two people said so. What
    is released after the supplier's time for orders is an order of its next day (``late_releases``); ``now``: unless
    the warehouse's clock.

    Raises:
        UnknownOrderError: no purchase order of ours has that number.
        UnnamedApproverError: ``who`` is not among those who may answer.
        ValueError: the answer is none of the three, or nobody's name stands under it.
    """
    if answer not in get_args(Answer):
        raise ValueError(f"{answer!r} is no answer; give one of: {', '.join(get_args(Answer))}")
    if not who.strip():
        raise ValueError(f"an answer to {po_number} needs the name of who gave it")
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        outcome = record_answer(
            connection,
            po_number=po_number,
            version=version,
            answer=answer,
            who=who.strip(),
            second_above=settings.second_approval_threshold,
            second_approvers=settings.second_approvers,
            currency=settings.currency,
        )
        if answer != "no answer":  # after that, since an unknown order is said first; it undoes what was recorded
            check_named(settings, who)
        lateness = None
        if outcome == "released" and settings.as_of_date is None:  # a store whose clock stands is never late
            local = (now or clock(connection)).astimezone(ZoneInfo(settings.time_zone))
            lateness = follow_late_release(connection, po_number, moment=local)
    return AnswerSummary(po_number, version, outcome, who.strip(), lateness)
