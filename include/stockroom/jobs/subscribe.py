"""Take in what somebody asks for on a page of the shop, checked to the letter."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

import phonenumbers
import psycopg

from stockroom.delivery.signed_tokens import is_listing_token
from stockroom.jobs.consent_wordings import EARLIER, WORDINGS, wordings
from stockroom.jobs.record_restock_requests import EMAIL, ENCODED_WORD
from stockroom.settings import Settings
from stockroom.warehouse.restock_requests import contact_sha256
from stockroom.warehouse.restock_subscriptions import Subscription
from stockroom.warehouse.restock_subscriptions import subscribe as record
from stockroom.warehouse.restock_units import CHANNELS_WITH_PAGES, SHOPIFY

QUANTITY_AT_MOST = 99
_SKU = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,62}[^\s\x00-\x1f\x7f])?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_BROWSER = re.compile("[0-9a-f]{32}")
_LONGEST_PAGE = 300
_DEAR = (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST)
"""Numbers at which whoever owns them earns by each text: they ask for as many as they can get."""
_TRAP = "website"
"""A field that people do not see: who fills it is no person."""


class UnusableAskError(ValueError):
    """What was sent cannot be a request; ``problem`` is what the form's words say of it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def field_name(self) -> str:
        """Return the field to mend."""
        return "email" if self.problem == "no_address" else self.problem


class ForeignListingError(ValueError):
    """The product was not named by a page of the shop."""


@dataclass(frozen=True)
class Ask:
    """What a form says, once it can be acted on."""

    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    sku: str
    channel_id: str
    country: str
    quantity: int
    locale: str
    wording_version: str
    source_page: str
    wants_marketing: bool
    is_trapped: bool
    """A machine filled the form: it is told the same as anybody, and nothing is recorded."""
    browser_sha256: str | None = field(default=None, repr=False)
    """Of the random number that the browser keeps, where its owner lets the shop measure."""

    @property
    def readers(self) -> tuple[str, ...]:
        """Return what is the same of every address that one person reads; it leads to none."""
        email = (contact_sha256(email=mailbox_of(self.email)),) if self.email else ()
        return (*email, contact_sha256(phone=self.phone)) if self.phone else email


class NamedListing(NamedTuple):
    """What a page of a shop has signed."""

    sku: str
    country: str
    channel_id: str


def mailbox_of(email: str) -> str:
    """Return where mail to an address ends up, as far as its spelling tells. Nothing is sent there: some mean it so.

    >>> mailbox_of("ada+lantern@mail.example"), mailbox_of("a.d.a+1@googlemail.com")
    ('ada@mail.example', 'ada@gmail.com')
    """
    name, _, domain = email.partition("@")
    name = name.partition("+")[0] or name
    if domain in ("gmail.com", "googlemail.com"):
        return f"{name.replace('.', '')}@gmail.com"
    return f"{name}@{domain}"


def named_by_shop(settings: Settings, form: Mapping[str, str]) -> NamedListing | None:
    """Return what a form asks for if a page of the shop has signed it; ``None`` otherwise.

    A page that names no channel is Shopify's. Nobody can ask at a marketplace: its shoppers are its own.
    """
    sku, country = form.get("sku", "").strip().upper(), form.get("country", "").strip().upper()
    if not _SKU.fullmatch(sku) or not _COUNTRY.fullmatch(country):
        return None
    token, key, channel = form.get("token", ""), settings.storefront_listing_key, form.get("channel", "")
    if (channel or SHOPIFY) not in CHANNELS_WITH_PAGES:
        return None
    is_signed = is_listing_token(token, sku=sku, country=country, key=key, channel=channel)
    return NamedListing(sku, country, channel or SHOPIFY) if is_signed else None


def read_ask(settings: Settings, form: Mapping[str, str]) -> Ask:
    """Return what a form asks for. It depends on the form alone, never on what is known of the address.

    Raises:
        ForeignListingError: its product does not carry the shop's signature.
        UnusableAskError: a field has to be mended.
    """
    listing = named_by_shop(settings, form)
    if listing is None:
        raise ForeignListingError("this product was not named by a page of the shop")
    sku, country, channel_id = listing
    locale = form.get("locale", "")
    version = form.get("wording", "")
    # Browsers keep a page for an hour: what it showed is what was agreed to.
    shown = (wordings(settings.shopper_words_dir).get(locale), WORDINGS.get(locale), *EARLIER)
    if version not in {one.version for one in shown if one and one.locale == locale}:
        raise UnusableAskError("wording")
    email, phone = _email(form.get("email", "")), _phone(form.get("phone", ""), country)
    if not email and not phone:
        raise UnusableAskError("no_address")
    return Ask(
        email=email or None,
        phone=phone or None,
        sku=sku,
        channel_id=channel_id,
        country=country,
        quantity=_quantity(form.get("quantity", "") or "1"),
        locale=locale,
        wording_version=version,
        source_page=_page(form.get("page", "")),
        wants_marketing=form.get("marketing", "") == "yes",
        is_trapped=form.get(_TRAP, "") != "",
        browser_sha256=_browser(form.get("browser", "")),
    )


def subscribe(settings: Settings, connection: psycopg.Connection, ask: Ask) -> None:
    """Record a request and the question to the owner of its address; the caller commits.

    Nothing is returned, since nothing may be told: what is known of an address is for its owner alone.
    """
    if ask.is_trapped:
        return
    record(
        connection,
        Subscription(
            request_id=f"S-{secrets.token_hex(12)}",
            email=ask.email,
            phone=ask.phone,
            sku=ask.sku,
            channel_id=ask.channel_id,
            quantity=ask.quantity,
            wording_version=ask.wording_version,
            locale=ask.locale,
            country=ask.country,
            source_page=ask.source_page,
            wants_marketing=ask.wants_marketing,
            is_double_opt_in=ask.country not in settings.storefront_single_opt_in,
            # Other shops do not say of an order which browser it came from.
            browser_sha256=ask.browser_sha256 if ask.channel_id == SHOPIFY else None,
        ),
    )


def _email(text: str) -> str:
    name, at, domain = text.strip().lower().rpartition("@")
    try:
        email = f"{name}{at}{domain.encode('idna').decode()}"  # some browsers do that, some leave it to us
    except UnicodeError as error:
        raise UnusableAskError("email") from error
    if email and (len(email) > 254 or not EMAIL.fullmatch(email) or ENCODED_WORD in email):
        raise UnusableAskError("email")
    return email


def _phone(text: str, country: str) -> str:
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text.strip()[:40], country)
    except phonenumbers.NumberParseException:
        number = None
    if (
        number is None
        or number.extension
        or not phonenumbers.is_possible_number(number)
        or phonenumbers.number_type(number) in _DEAR
    ):
        raise UnusableAskError("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _browser(text: str) -> str | None:
    """Return the digest of a browser's number; ``None`` for none, or for what no widget of ours made."""
    return hashlib.sha256(text.encode()).hexdigest() if _BROWSER.fullmatch(text) else None


def _quantity(text: str) -> int:
    if not re.fullmatch("[0-9]{1,2}", text.strip()) or int(text) < 1:
        raise UnusableAskError("quantity")
    return int(text)


def _page(text: str) -> str:
    """Return the address of a page without query and fragment, which may hold anything; empty where it is none."""
    try:
        parts = urlsplit(text[:_LONGEST_PAGE])
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc):
        return ""
    return re.sub(r"[^\x21-\x7e]", "", f"{parts.scheme}://{parts.netloc}{parts.path}")
