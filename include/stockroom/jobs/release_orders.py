"""Release the proposals that the policy lets go; the others wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_release import release_proposals
from stockroom.warehouse.plans import take_turns


@dataclass(frozen=True)
class ReleaseSummary:
    """What the approval threshold decided, by order number."""

    released: tuple[str, ...]
    waiting: tuple[str, ...]
    threshold: Decimal
    currency: str

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return (
            f"{len(self.released)} orders released, {len(self.waiting)} wait for a person "
            f"(threshold {self.threshold:,.2f} {self.currency})"
        )


def release_orders(settings: Settings, *, as_of_date: date) -> ReleaseSummary:
    """Release proposals up to the approval threshold, and put the larger ones before a person.

    A release is a change of state, its event and its message in the outbox, in one transaction; a second run finds
    nothing left to release. The documents are written and sent by whoever empties the outbox.
    """
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        done = release_proposals(
            connection,
            as_of_date=as_of_date,
            threshold=settings.approval_threshold,
            currency=settings.currency,
        )
    return ReleaseSummary(done.released, done.waiting, settings.approval_threshold, settings.currency)
