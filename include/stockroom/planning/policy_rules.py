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
            said.update(self.terms.get((scope, key.casefold()), {}))
        return replace(self.default, **said) if said else self.default


def open_policy_book(rules: Iterable[PolicyRule], *, default: Policy, as_of_date: date) -> PolicyBook:
    """Return the rules that hold on ``as_of_date``; a rule with an impossible value is left out and reported.

    One mistyped line must not stop the day's plan, and must not be believed either: its items keep the wider rule.
    """
    terms: dict[tuple[str, str], Mapping[str, Any]] = {}
    unusable = []
    for rule in rules:
        if rule.valid_until is not None and rule.valid_until < as_of_date:
            continue
        if rule.scope not in SCOPES:
            unusable.append(UnusableRule(rule.scope, rule.key, f"{rule.scope!r} is none of {', '.join(SCOPES)}"))
            continue
        try:
            replace(default, **rule.terms)
        except PlanningError as error:
            unusable.append(UnusableRule(rule.scope, rule.key, str(error)))
            continue
        if rule.scope == "default":
            default = replace(default, **rule.terms)
        else:
            terms[(rule.scope, rule.key.casefold())] = rule.terms
    return PolicyBook(default, terms, tuple(unusable))
