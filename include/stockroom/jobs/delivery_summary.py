"""What one delivery of the outbox did."""

from __future__ import annotations

from dataclasses import dataclass, field

from stockroom.jobs.deliver_purchase_order import CANCELLATION, DOCUMENT, ORDER
from stockroom.jobs.deliver_waiting_mail import WAITING
from stockroom.warehouse.restock_apologies import KIND as SORRY
from stockroom.warehouse.restock_confirmations import MAIL as CONFIRM_MAIL
from stockroom.warehouse.restock_confirmations import TEXT as CONFIRM_TEXT
from stockroom.warehouse.restock_feedback import HELP
from stockroom.warehouse.restock_notices import MAIL, TEXT

PRICE_SIGNALS = "price_signals"
"""Kind of message: the price signals of a plan date, for a pricing system."""
MESSAGES_AT_ONCE = 20
"""What a crash may cause to be written a second time, under the same names; each commit waits for the disk."""
KINDS = {
    ORDER: ("purchase order", "delivered"),
    CANCELLATION: ("purchase order", "taken back"),
    DOCUMENT: ("document", "for orders that wait"),
    WAITING: ("mail", "about orders that wait"),
    CONFIRM_MAIL: ("address", "asked to confirm"),
    MAIL: ("restock mail", "sent"),
    HELP: ("answer", "to HELP"),
    CONFIRM_TEXT: ("number", "asked to confirm"),
    TEXT: ("restock text", "sent"),
    PRICE_SIGNALS: ("week", "of price signals sent"),
    SORRY: ("apology", "sent"),
}
"""Every kind of message, in the order in which they leave, and what is said of it."""


@dataclass
class DeliverySummary:
    """What left, by message subject."""

    left: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    failed: list[str] = field(default_factory=list)
    out_of_reach: list[str] = field(default_factory=list)
    """Providers that were not reached, and how much waits for each."""
    sold_out: int = 0
    """Notices not sent, as their product was sold after they were chosen; the shoppers wait on."""
    put_off: int = 0
    """Texts that wait for the morning."""
    is_paused: bool = False

    @property
    def orders(self) -> tuple[str, ...]:
        """Return the released orders that are now with their suppliers: ``PO-000001/v1``."""
        return tuple(self.left[ORDER])

    @property
    def documents(self) -> tuple[str, ...]:
        """Return the orders that wait and whose document can now be read."""
        return tuple(self.left[DOCUMENT])

    @property
    def mails(self) -> tuple[str, ...]:
        """Return the requests that were answered by mail."""
        return tuple(self.left[MAIL])

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the requests that were answered by text."""
        return tuple(self.left[TEXT])

    def __str__(self) -> str:
        """Return one line for a person to read."""
        parts = [
            f"{len(self.left[kind]):,} {_plural(thing, len(self.left[kind]))} {what}"
            for kind, (thing, what) in KINDS.items()
            if self.left[kind]
        ]
        if self.sold_out:
            parts.append(f"{self.sold_out:,} restock notices withdrawn, sold out again")
        if self.put_off:
            parts.append(f"{self.put_off:,} texts wait for the morning")
        if self.is_paused:
            parts.append("notices are paused")
        if self.failed:
            parts.append(f"{len(self.failed):,} failed, see ops.exceptions: {', '.join(self.failed)}")
        return ", ".join([*parts, *self.out_of_reach]) or "nothing to deliver"


def _plural(thing: str, count: int) -> str:
    if count == 1:
        return thing
    if thing.endswith("gy"):
        return f"{thing[:-1]}ies"
    return f"{thing}es" if thing.endswith("s") else f"{thing}s"
