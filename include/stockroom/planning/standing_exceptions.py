"""An exception of supply as it stands before people: what the warehouse keeps, reports print and commands list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class StandingException:
    """One that stands, as a person is shown it, the most money first."""

    exception_key: str
    kind: str
    subject: str
    detail: str
    stockout_probability: float | None
    money_at_risk: Decimal | None
    currency: str | None
    proposal: str | None
    proposal_gain: Decimal | None
    owner: str | None
    first_sign_at: datetime | None
    raised_at: datetime
    put_forward_on: date | None
    state: str
    answered_by: str | None
    answer_note: str | None
