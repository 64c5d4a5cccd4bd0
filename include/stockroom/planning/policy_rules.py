"""From the planners' rules to each item's policy: default, then classes, then category, supplier and SKU.

Classes are known only once a store's items have been compared. So a book that holds rules for classes is asked twice:
without classes, for the policies that the pools are fitted with; and, after ``classify_items``, with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from stockroom.planning.arrays import PlanningError
from stockroom.planning.classes import CLASS_LABELS
from stockroom.planning.policy import Policy

CLASS_SCOPES = ("demand_class", "xyz_class", "abc_class", "fast_movers")
SCOPES = ("default", *CLASS_SCOPES, "category", "supplier", "sku")
"""From the widest to the narrowest; the narrowest that says something wins."""


@dataclass(frozen=True)
class PolicyRule:
    """One line of the planners' file."""

    scope: str
    key: str
    """What the scope covers: a category, a supplier id, a SKU, a class; ``*`` for the default and for fast movers."""
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

    @property
    def has_rules_for_classes(self) -> bool:
        """Return whether ``policy_for`` can say more once classes are known."""
        return any(scope in CLASS_SCOPES for scope, _ in self.terms)

    def policy_for(self, *, category: str, supplier: str, sku: str, classes: Mapping[str, str] | None = None) -> Policy:
        """Return the policy of one item; ``classes`` are its labels by scope (``Classes.of``), none while unknown."""
        said: dict[str, Any] = {}
        keys = {**(classes or {}), "category": category, "supplier": supplier, "sku": sku}
        for scope, key in ((scope, keys[scope]) for scope in SCOPES if scope in keys):
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
        if why := _why_no_such_class(rule) or _why_no_such_scope(rule):
            unusable.append(UnusableRule(rule.scope, rule.key, why))
            continue
        try:
            changed = replace(default, **override(service_of(default), rule.terms))
        except PlanningError as error:
            unusable.append(UnusableRule(rule.scope, rule.key, str(error)))
            continue
        if rule.scope == "default":
            default = changed
        else:
            # Of two lines about the same (a planner's rule, a buyer's override) the later one says more.
            place = (rule.scope, rule.key.casefold())
            terms[place] = override(terms.get(place, {}), rule.terms)
    return PolicyBook(default, terms, tuple(unusable))


def _why_no_such_scope(rule: PolicyRule) -> str:
    return "" if rule.scope in SCOPES else f"{rule.scope!r} is none of {', '.join(SCOPES)}"


def _why_no_such_class(rule: PolicyRule) -> str:
    if rule.scope not in CLASS_SCOPES:
        return ""
    labels = CLASS_LABELS[rule.scope]
    if rule.key.casefold() not in {label.casefold() for label in labels}:
        return f"{rule.key!r} is no key of {rule.scope}, which knows {', '.join(labels)}"
    if "velocity_days" in rule.terms:
        return "velocity_days cannot hold for a class: items are classed by it"
    return ""
