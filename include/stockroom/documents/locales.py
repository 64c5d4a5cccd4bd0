"""How amounts, counts and days are written for readers in other countries; the words stay English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stockroom.documents import formats

DEFAULT_LOCALE = "en-GB"
_ENGLISH = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_GERMAN = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
_FRENCH = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


@dataclass(frozen=True)
class Locale:
    """One country's way of writing."""

    thousands: str
    decimal: str
    day: str
    """With ``{day}``, ``{month}`` and ``{year}``."""
    months: tuple[str, ...]
    is_currency_first: bool

    def amount(self, amount: Decimal) -> str:
        """Return an amount with two decimals, without its currency."""
        return self._signs(f"{amount:,.2f}")

    def money(self, amount: Decimal, currency: str) -> str:
        r"""Return an amount with its currency.

        >>> LOCALES["en-GB"].money(Decimal("1234.5"), "GBP"), LOCALES["de-DE"].money(Decimal("1234.5"), "EUR")
        ('£1,234.50', '1.234,50\xa0€')
        """
        if self.is_currency_first:
            return formats.money(amount, currency)
        return f"{self.amount(amount)}\N{NO-BREAK SPACE}{formats.symbol(currency)}"

    def unit_price(self, amount: Decimal) -> str:
        """Return a price per unit, with up to four decimals."""
        return self._signs(formats.unit_price(amount))

    def count(self, number: float) -> str:
        """Return a number of things."""
        return self._signs(formats.count(number))

    def long_day(self, day: date) -> str:
        """Return a day for a letter.

        >>> [LOCALES[name].long_day(date(2011, 3, 1)) for name in ("en-US", "de-DE", "fr-FR")]
        ['March 1, 2011', '1. März 2011', '1 mars 2011']
        """
        return self.day.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def _signs(self, english: str) -> str:
        return english.translate({ord(","): self.thousands, ord("."): self.decimal})


LOCALES: Mapping[str, Locale] = {
    "en-GB": Locale(",", ".", "{day} {month} {year}", _ENGLISH, is_currency_first=True),
    "en-US": Locale(",", ".", "{month} {day}, {year}", _ENGLISH, is_currency_first=True),
    "de-DE": Locale(".", ",", "{day}. {month} {year}", _GERMAN, is_currency_first=False),
    "fr-FR": Locale("\N{NARROW NO-BREAK SPACE}", ",", "{day} {month} {year}", _FRENCH, is_currency_first=False),
}
