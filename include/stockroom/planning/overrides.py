"""What buyers want otherwise than planned, for a while: read, checked, and looked up for each item.

Every override says who wants it, why and until when. One that cannot be meant is left out and named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from stockroom.planning.arrays import PlanningError
from stockroom.planning.policy import Policy
from stockroom.planning.policy_rules import PolicyRule
from stockroom.planning.supplier_choice import read_shares
from stockroom.planning.transfers import read_way

SCOPES = ("sku", "supplier", "category")
"""From the narrowest to the widest; the narrowest that says something wins."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "quantity": ("sku",),
    "date": SCOPES,
    "supplier": ("sku", "category"),
    "share": ("sku", "category"),
    "buy_at": SCOPES,
    "hold": SCOPES,
    "policy": SCOPES,
    "budget": ("*", "supplier"),
    "way": ("location",),
}
"""What can be wanted, and of what."""


@dataclass(frozen=True)
class Override:
    """One line of a buyer's file."""

    override_id: str
    scope: str
    key: str
    """A SKU, a SKU and a location (``MUG LONDON``), a supplier, a category; empty for everything."""
    kind: str
    wanted: str
    set_by: str
    set_on: date
    why: str
    valid_until: date
    file_name: str = ""
    line_number: int = 0

    @property
    def said(self) -> str:
        """Return who wants it until when and why, as a person reads it."""
        return f"{self.set_by} wants this until {self.valid_until}: {self.why}"


@dataclass(frozen=True)
class UnusableOverride:
    """An override that cannot be meant."""

    override: Override
    why: str

    def __str__(self) -> str:
        one = self.override
        return f"{one.file_name}, line {one.line_number}, {one.override_id} ({one.scope} {one.key}): {self.why}"


@dataclass(frozen=True)
class Catalogue:
    """What an override may speak of; all keys in upper or lower case alike."""

    locations_of: Mapping[str, Collection[str]]
    """By SKU."""
    suppliers: Collection[str]
    categories: Collection[str]


@dataclass(frozen=True)
class OverrideBook:
    """The overrides that hold on one day."""

    overrides: tuple[Override, ...]
    unusable: tuple[UnusableOverride, ...] = ()
    _index: dict[tuple[str, str, str], Override] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A later line of the file holds over an earlier one that says the same of the same.
        self._index.update({(one.kind, one.scope, one.key.casefold()): one for one in self.overrides})

    def find(self, kind: str, *, sku: str, location_id: str, supplier: str, category: str) -> Override | None:
        """Return what is wanted of an item: the narrowest override of that kind."""
        keys = (
            ("sku", f"{sku} {location_id}"), ("sku", sku), ("supplier", supplier), ("category", category),
        )  # fmt: skip
        found = (self._index.get((kind, scope, key.casefold())) for scope, key in keys)
        return next((one for one in found if one is not None), None)

    def of_kind(self, kind: str) -> list[Override]:
        """Return all overrides of a kind, in the order of the file."""
        return [one for one in self.overrides if one.kind == kind]

    def policy_rules(self) -> list[PolicyRule]:
        """Return what changes policies, as rules; several of one item become one."""
        terms: dict[tuple[str, str], dict[str, Any]] = {}
        for one in self.of_kind("policy"):
            terms.setdefault((one.scope, one.key), {}).update(policy_terms(one.wanted))
        return [PolicyRule(scope, key, said) for (scope, key), said in terms.items()]


def open_overrides(rows: Iterable[Override], *, as_of_date: date, catalogue: Catalogue) -> OverrideBook:
    """Return the overrides that hold on ``as_of_date``; those that cannot be meant are named apart."""
    usable, unusable = [], []
    for one in rows:
        if not one.set_on <= as_of_date <= one.valid_until:
            continue
        if why := _why_unusable(one, as_of_date, catalogue):
            unusable.append(UnusableOverride(one, why))
        else:
            usable.append(one)
    return OverrideBook(tuple(usable), tuple(unusable))


def policy_terms(wanted: str) -> dict[str, Any]:
    """Return the terms of a policy that an override sets.

    >>> policy_terms("service_level=0.99; review_days=14")
    {'service_level': 0.99, 'review_days': 14.0}

    Raises:
        PlanningError: no such term, or a value that it cannot have.
    """
    terms: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in wanted.split(";"))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in Policy.__dataclass_fields__ or name == "not_ordered_because":
            raise PlanningError(f"{part!r} is no term of a policy; write it like service_level=0.99")
        try:
            terms[name] = float(value)
        except ValueError:
            terms[name] = value
        if name == "is_seasonal":
            terms[name] = value.casefold() in ("yes", "true", "1")
    if not terms:
        raise PlanningError("no term of a policy is said; write it like service_level=0.99")
    replace(Policy(), **terms)
    return terms


def quantity_of(wanted: str) -> int:
    """Return the units that an override wants.

    Raises:
        PlanningError: no whole number, or less than none.
    """
    if not wanted.isascii() or not wanted.isdigit() or int(wanted) > 1_000_000:
        raise PlanningError(f"{wanted!r} is no quantity; write whole units such as 120, or 0 for none")
    return int(wanted)


def amount_of(wanted: str) -> Decimal:
    """Return the amount of money that an override wants.

    Raises:
        PlanningError: no amount.
    """
    try:
        amount = Decimal(wanted)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise PlanningError(f"{wanted!r} is no amount of money; write it like 5000")
    return amount


def _why_unusable(one: Override, as_of_date: date, catalogue: Catalogue) -> str:
    if one.kind not in KINDS:
        return f"kind {one.kind!r} is none of {', '.join(KINDS)}"
    if one.scope not in KINDS[one.kind]:
        return f"scope {one.scope!r} does not fit a {one.kind}; write one of {', '.join(KINDS[one.kind])}"
    if not one.set_by or not one.why:
        return "set_by and why are needed: whoever reads the order must know who wanted it, and why"
    if one.scope == "supplier" and not _is_among(one.key, catalogue.suppliers):
        return f"supplier {one.key!r} is not known; write its id as in the suppliers' terms"
    if one.scope == "category" and not _is_among(one.key, catalogue.categories):
        return f"no item is of category {one.key!r}"
    try:
        if one.scope == "sku":
            _check_sku(one, catalogue)
        if one.kind == "quantity":
            quantity_of(one.wanted)
        if one.kind == "share" and (strangers := set(read_shares(one.wanted)) - set(catalogue.suppliers)):
            return f"supplier {min(strangers)!r} is not known; write ids as in the suppliers' terms"
        if one.kind == "way":
            read_way(one.key, one.wanted)
        if one.kind == "buy_at":
            _check_place(one, catalogue)
        if one.kind == "budget":
            amount_of(one.wanted)
        if one.kind == "policy":
            policy_terms(one.wanted)
        if one.kind == "date" and date.fromisoformat(one.wanted) < as_of_date:
            return f"{one.wanted} is past"
        if one.kind == "supplier" and one.wanted not in catalogue.suppliers:
            return f"supplier {one.wanted!r} is not known; write its id as in the suppliers' terms"
    except PlanningError as error:
        return str(error)
    except ValueError:
        return f"{one.wanted!r} is no day; write it like 2011-07-15"
    return ""


def _is_among(key: str, names: Collection[str]) -> bool:
    return key.casefold() in {name.casefold() for name in names}


def _check_place(one: Override, catalogue: Catalogue) -> None:
    place, sku = one.wanted.upper(), one.key.upper()
    if not any(place in places for places in catalogue.locations_of.values()):
        raise PlanningError(f"{one.wanted!r} is no location; write one that holds stock, such as LONDON")
    of_sku = catalogue.locations_of.get(sku) or catalogue.locations_of.get(sku.partition(" ")[0], ())
    if one.scope == "sku" and place not in of_sku:
        raise PlanningError(f"{one.key} is not planned at {place}; let it be stocked there first")


def _check_sku(one: Override, catalogue: Catalogue) -> None:
    sku, _, location = one.key.upper().partition(" ")
    places = catalogue.locations_of.get(one.key.upper()) or catalogue.locations_of.get(sku)
    if places is None or (location and catalogue.locations_of.get(one.key.upper()) is None and location not in places):
        raise PlanningError(
            f"SKU {one.key!r} is not planned; write it as in the catalogue, with a location after a space"
        )
    if one.kind == "quantity" and not location and len(places) > 1:
        raise PlanningError(f"{one.key} stands at {', '.join(sorted(places))}; write {one.key} {min(places)}")
