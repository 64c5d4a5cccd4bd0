"""What one supplier's orders look like: a file of fields and words to fill in. Nothing in it is carried out."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from stockroom.documents.locales import LOCALES
from stockroom.documents.purchase_orders import PurchaseOrder

WORDS = (
    "Purchase order", "version", "Supplier", "Our code for you:", "Deliver to", "Location:", "Ordered", "Wanted by",
    "Payment terms", "Ship via", "Currency", "SKU", "Your SKU", "Description", "Packs", "Units", "Unit price", "Total",
    "Order total", "line", "lines", "units", "Page", "of", "Date", "Authorised for", "loose", "as agreed",
    "as soon as possible", "Please quote the number on every parcel, delivery note and invoice.",
)  # fmt: skip
"""What the page says, each of which a template may say in another language."""
_LISTS, _TABLES = ("address",), ("words",)
_TEXTS = ("company", "email", "logo", "payment_terms", "ship_via", "tax_note", "locale", "note")


class UnusableTemplateError(ValueError):
    """No order can be set by this template; the message names the file, what is wrong and the mend."""


@dataclass(frozen=True)
class OrderTemplate:
    """One template; what it leaves empty stays as the order has it."""

    name: str
    version: str
    """The first 12 digits of its file's SHA-256."""
    company: str = ""
    address: tuple[str, ...] = ()
    email: str = ""
    logo: str = ""
    """File name of an SVG beside it."""
    payment_terms: str = ""
    ship_via: str = ""
    tax_note: str = ""
    locale: str = ""
    note: str = ""
    """A sentence under the lines."""
    words: Mapping[str, str] = field(default_factory=dict)


def read_template(name: str, content: bytes) -> OrderTemplate:
    """Return the template that a TOML file holds.

    >>> read_template("german", b'words = {"Purchase order" = "Bestellung"}').words
    {'Purchase order': 'Bestellung'}

    Raises:
        UnusableTemplateError: no TOML, a field that there is none of, or a value of another kind.
    """
    file = f"{name}.toml"
    try:
        given = tomllib.loads(content.decode("utf-8"))
    except (UnicodeError, tomllib.TOMLDecodeError) as error:
        raise UnusableTemplateError(f'{file}: {error}; write fields as name = "value"') from error
    if unknown := sorted(set(given) - {*_TEXTS, *_LISTS, *_TABLES}):
        known = ", ".join((*_TEXTS, *_LISTS, *_TABLES))
        raise UnusableTemplateError(f"{file}: {', '.join(unknown)} is no field of a template; there are {known}")
    for key, value in given.items():
        values = value if key in _LISTS and isinstance(value, list) else [value]
        if key in _TABLES:
            values = list(value.values()) if isinstance(value, dict) else [None]
        if (key in _LISTS and not isinstance(value, list)) or not all(isinstance(one, str) for one in values):
            raise UnusableTemplateError(f"{file}: {key} is not of texts; put them in quotes")
    if missing := sorted(set(given.get("words", {})) - set(WORDS)):
        raise UnusableTemplateError(f"{file}: {missing[0]!r} is nothing that an order says; it says {', '.join(WORDS)}")
    if given.get("locale", "en-GB") not in LOCALES:
        raise UnusableTemplateError(
            f"{file}: locale {given['locale']!r} is not known; give one of {', '.join(LOCALES)}"
        )
    logo = given.get("logo", "")
    if logo and ("/" in logo or "\\" in logo or not logo.endswith(".svg")):
        raise UnusableTemplateError(f"{file}: logo {logo!r} is no SVG file beside it; give its name alone")
    address = tuple(given.pop("address", ()))
    return OrderTemplate(name, hashlib.sha256(content).hexdigest()[:12], address=address, **given)


def with_template(order: PurchaseOrder, template: OrderTemplate, *, logo_svg: str = "") -> PurchaseOrder:
    """Return the order as its template wants it; ``logo_svg`` is what the template's logo holds."""
    buyer = replace(
        order.buyer,
        name=template.company or order.buyer.name,
        address_lines=template.address or order.buyer.address_lines,
        email=template.email or order.buyer.email,
        logo_svg=logo_svg or order.buyer.logo_svg,
    )
    return replace(
        order,
        buyer=buyer,
        payment_terms=template.payment_terms or order.payment_terms,
        ship_via=template.ship_via or order.ship_via,
        tax_note=template.tax_note or order.tax_note,
        locale=template.locale or order.locale,
        note=template.note,
        words=template.words,
        template=f"{template.name} {template.version}",
    )
