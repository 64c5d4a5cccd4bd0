"""What other money is worth in the store's own on a day. Where nobody knows, nothing is assumed, least of all 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ONE = Decimal(1)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class ExchangeRate:
    """What one of a currency was worth in the base currency on a day."""

    currency: str
    rate_date: date
    rate: Decimal


@dataclass(frozen=True)
class ExchangeRates:
    """The rates that hold on a day."""

    base: str
    rates: Mapping[str, ExchangeRate] = field(default_factory=dict)
    """By currency."""
    too_old: Mapping[str, ExchangeRate] = field(default_factory=dict)
    """The newest of those of which none is young enough: named, never used."""

    def of(self, currency: str) -> ExchangeRate | None:
        """Return the rate of another currency; ``None``: none is known, or none is needed."""
        return self.rates.get(currency)

    def worth(self, currency: str) -> Decimal | None:
        """Return what one of a currency is worth in the base currency; ``None``: nobody knows."""
        if currency == self.base:
            return ONE
        found = self.rates.get(currency)
        return None if found is None else found.rate

    def in_base(self, amount: Decimal, currency: str) -> Decimal | None:
        """Return an amount in the base currency, to the cent; ``None``: nobody knows.

        >>> rates = ExchangeRates("GBP", {"EUR": ExchangeRate("EUR", date(2011, 6, 30), Decimal("0.9"))})
        >>> rates.in_base(Decimal(2000), "EUR"), rates.in_base(Decimal(2000), "USD")
        (Decimal('1800.00'), None)
        """
        worth = self.worth(currency)
        return None if worth is None else (amount * worth).quantize(_CENT, ROUND_HALF_UP)


def rates_on(day: date, known: Iterable[ExchangeRate], *, base: str, most_days: int) -> ExchangeRates:
    """Return the newest rate of each currency by ``day``; one older than ``most_days`` counts as not known.

    >>> known = [ExchangeRate("EUR", date(2011, 6, 20), Decimal("0.88")), ExchangeRate("EUR", date(2011, 7, 2), ONE)]
    >>> rates_on(date(2011, 6, 27), known, base="GBP", most_days=7).worth("EUR")
    Decimal('0.88')
    >>> rates_on(date(2011, 6, 28), known, base="GBP", most_days=7).worth("EUR") is None
    True
    """
    newest: dict[str, ExchangeRate] = {}
    for one in sorted(known, key=lambda one: one.rate_date):
        if one.rate_date <= day and one.currency != base:
            newest[one.currency] = one
    is_young = {currency: (day - one.rate_date).days <= most_days for currency, one in newest.items()}
    return ExchangeRates(
        base,
        {currency: one for currency, one in newest.items() if is_young[currency]},
        {currency: one for currency, one in newest.items() if not is_young[currency]},
    )
