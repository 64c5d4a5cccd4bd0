"""Change a released order, or take it back: in a person's name, and with a document for a supplier who has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stockroom.documents import formats
from stockroom.jobs.deliver_purchase_order import CANCELLATION, ORDER
from stockroom.jobs.named_people import UnnamedApproverError, check_named
from stockroom.settings import Settings
from stockroom.warehouse import connect, order_changes
from stockroom.warehouse.order_changes import ChangedOrder
from stockroom.warehouse.plans import take_turns


@dataclass(frozen=True)
class ChangeSummary:
    """What a change came to."""

    changed: ChangedOrder
    who: str

    def __str__(self) -> str:
        """Return one line for a person to read."""
        one = self.changed
        told = "; the supplier is told" if one.is_supplier_told else "; it had not left yet"
        if not one.value:
            return f"{one.po_number}: cancelled ({self.who}){told}"
        before, after = (formats.money(value, one.currency) for value in (one.value_before, one.value))
        return f"{one.po_number}: version {one.version}, {after} instead of {before} ({self.who}){told}"


def cancel_order(settings: Settings, po_number: str, *, who: str, because: str) -> ChangeSummary:
    """Take a released order back.

    Raises:
        UnnamedApproverError: ``who`` may not answer for orders.
        UnknownOrderError: there is no such order.
        UnchangeableOrderError: it is a proposal (refuse it), or on its way, or over.
    """
    name = check_named(settings, who)
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        changed = order_changes.cancel_order(
            connection, po_number=po_number, kind=ORDER, cancellation_kind=CANCELLATION, who=name, because=because
        )
    return ChangeSummary(changed, name)


def amend_order(
    settings: Settings,
    po_number: str,
    *,
    units: Mapping[int, int],
    requested_date: date | None = None,
    who: str,
    because: str,
) -> ChangeSummary:
    """Change what a released order asks for; it leaves again as a new version that replaces the one before.

    What grows beyond the second approval threshold only a second approver may let grow; so does one in other money of
    which no rate is known.

    Raises:
        UnnamedApproverError: ``who`` may not answer for orders, or not for one of this size.
        UnknownOrderError: there is no such order.
        UnchangeableOrderError: it is a proposal, or on its way, or over; or it has no such line.
    """
    name = check_named(settings, who)
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        changed = order_changes.amend_order(
            connection,
            po_number=po_number,
            kind=ORDER,
            units=units,
            requested_date=requested_date,
            who=name,
            because=because,
        )
        _check_growth(settings, changed, name)
    return ChangeSummary(changed, name)


def _check_growth(settings: Settings, changed: ChangedOrder, name: str) -> None:
    if changed.value <= changed.value_before or name in settings.second_approvers:
        return
    limit = settings.second_approval_threshold
    worth: Decimal | None = changed.value
    if changed.currency != settings.currency:
        worth = None if changed.exchange_rate is None else changed.value * changed.exchange_rate
    if worth is None or worth > limit:
        rate = "" if worth is not None else ", of which no rate is known"
        raise UnnamedApproverError(
            f"{changed.po_number} would grow to {changed.value:,.2f} {changed.currency}{rate}; above {limit:,.2f} "
            f"{settings.currency} that takes one of: " + ", ".join(settings.second_approvers)
        )
