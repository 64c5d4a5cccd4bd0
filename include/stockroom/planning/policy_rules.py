"""From the planners' rules to each item's policy: default, then category, then supplier, then SKU."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from stockroom.planning.arrays import PlanningError
from stockroom.planning.policy import Policy

SCOPES = ("default", "category", "supplier", "sku")
"""From the widest to the narrowest; the narrowest that says something wins."""


@dataclass(frozen=True)
class PolicyRule:
    """One line of the planners' file."""

    scope: str
    key: str
    """What the scope covers: a category, a supplier id, a SKU; ``*`` for the default."""
    terms: Mapping[str, Any]
    """Fields of ``Policy`` that this rule sets."""
    valid_until: date | None = None
    """The last day on which it holds."""


@dataclass(frozen=True)
class UnusableRule:
    """A rule that cannot be meant; it is left out, and a person should hear of it."""

    scope: str
    key: str
    why: str


@dataclass(frozen=True)
class PolicyBook:
    """The rules that hold on one day, ready to be looked up."""

    default: Policy
    terms: Mapping[tuple[str, str], Mapping[str, Any]]
    unusable: tuple[UnusableRule, ...]

    def policy_for(self, *, category: str, supplier: str, sku: str) -> Policy:
        """Return the policy of one item."""
        said: dict[str, Any] = {}
        for scope, key in (("category", category), ("supplier", supplier), ("sku", sku)):
            said = override(said, self.terms.get((scope, key.casefold()), {}))
        return replace(self.default, **override(service_of(self.default), said)) if said else self.default


def override(wider: Mapping[str, Any], narrower: Mapping[str, Any]) -> dict[str, Any]:
    """Return the terms of two rules together, the narrower one's words about service taking the wider one's place.

    A target, "money decides" and a textbook's method exclude one another: who says one has unsaid the others.

    >>> override({"service_kind": "money"}, {"service_level": 0.99})
    {'service_kind': None, 'service_level': 0.99}
    """
    kept = dict(wider)
    if narrower.get("service_level") is not None and kept.get("service_kind") == "money":
        kept["service_kind"] = None
    if narrower.get("service_kind") == "money":
        kept |= {"service_level": None, "method": "quantile"}
    if narrower.get("method", "quantile") != "quantile" and kept.get("service_kind") == "money":
        kept["service_kind"] = None
    return {**kept, **narrower}


def service_of(policy: Policy) -> dict[str, Any]:
    """Return what a policy says about service."""
    return {name: getattr(policy, name) for name in ("method", "service_level", "service_kind")}


def open_policy_book(rules: Iterable[PolicyRule], *, default: Policy, as_of_date: date) -> PolicyBook:
    """Return the rules that hold on ``as_of_date``; a rule with an impossible value is left out and reported.

    One mistyped line must not stop the day's plan, and must not be believed either: its items keep the wider rule.
    """
    terms: dict[tuple[str, str], Mapping[str, Any]] = {}
    unusable = []
    for rule in sorted(rules, key=lambda rule: rule.scope != "default"):  # what the others stand on comes first
        if rule.valid_until is not None and rule.valid_until < as_of_date:
            continue
        if rule.scope not in SCOPES:
            unusable.append(UnusableRule(rule.scope, rule.key, f"{rule.scope!r} is none of {', '.join(SCOPES)}"))
            continue
        try:
            changed = replace(default, **override(service_of(default), rule.terms))
        except PlanningError as error:
            unusable.append(UnusableRule(rule.scope, rule.key, str(error)))
            continue
        if rule.scope == "default":
            default = changed
        else:
            terms[(rule.scope, rule.key.casefold())] = rule.terms
    return PolicyBook(default, terms, tuple(unusable))
