"""Release the proposals that may go by themselves; the others wait for a person, each with the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stockroom.jobs.deliver_waiting_mail import ask_for_waiting_mails
from stockroom.planning.approval import ApprovalPolicy
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_release import release_proposals
from stockroom.warehouse.plans import take_turns


@dataclass(frozen=True)
class ReleaseSummary:
    """Where the proposals went, by order number."""

    released: tuple[str, ...]
    waiting: tuple[str, ...]
    held: tuple[str, ...]
    threshold: Decimal
    currency: str

    def __str__(self) -> str:
        """Return one line for a person to read."""
        held = f"; {len(self.held)} held, as a person refused the same" if self.held else ""
        return (
            f"{len(self.released)} orders released, {len(self.waiting)} wait for a person "
            f"(threshold {self.threshold:,.2f} {self.currency}){held}"
        )


def release_orders(settings: Settings, *, as_of_date: date) -> ReleaseSummary:
    """Release what is small and dull, and put the rest before a person (``planning.approval`` says which is which).

    A release is a change of state, its event and its message in the outbox, in one transaction; a second run finds
    nothing left to release. The documents are written and sent by whoever empties the outbox.
    """
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        done = release_proposals(
            connection,
            as_of_date=as_of_date,
            policy=ApprovalPolicy(currency=settings.currency, threshold=settings.approval_threshold),
            refusal_days=settings.refusal_days,
        )
        if done.waiting:
            ask_for_waiting_mails(settings, connection, as_of_date=as_of_date)
    return ReleaseSummary(done.released, done.waiting, done.held, settings.approval_threshold, settings.currency)
