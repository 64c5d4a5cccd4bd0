"""How amounts, counts and days are written for a reader."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
_CENT = Decimal("0.01")


def money(amount: Decimal, currency: str) -> str:
    r"""Return ``amount`` with its currency.

    >>> money(Decimal("1234.5"), "GBP"), money(Decimal("3"), "EUR"), money(Decimal("12"), "SEK")
    ('£1,234.50', '€3.00', 'SEK\xa012.00')
    """
    before = _SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}{before}{abs(amount):,.2f}"


def symbol(currency: str) -> str:
    """Return a currency's sign, or its code where it has none."""
    return _SYMBOLS.get(currency, currency)


def unit_price(amount: Decimal) -> str:
    """Return a price per unit: two decimals, up to four where a unit costs fractions of a cent.

    >>> unit_price(Decimal("2.5500")), unit_price(Decimal("0.0375")), unit_price(Decimal("1250"))
    ('2.55', '0.0375', '1,250.00')
    """
    text = f"{amount:,.4f}"
    return text[:-2] if text.endswith("00") else text


def count(number: float) -> str:
    """Return a number of things.

    >>> count(12345)
    '12,345'
    """
    return f"{number:,.0f}"


def long_day(day: date) -> str:
    """Return a day for a letter.

    >>> long_day(date(2011, 6, 30))
    '30 June 2011'
    """
    return f"{day.day} {day:%B %Y}"


def cents(amount: Decimal) -> Decimal:
    """Return ``amount`` rounded to two decimals, as a column of money holds it.

    >>> cents(Decimal("2.5"))
    Decimal('2.50')
    """
    return amount.quantize(_CENT)


def percent(share: float) -> str:
    """Return a share for a reader, never more sure than it is.

    >>> percent(0.123), percent(0.999), percent(0.0001)
    ('12 %', 'over 99 %', 'under 1 %')
    """
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
