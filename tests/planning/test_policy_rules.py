"""What planners may write together, line by line."""

from __future__ import annotations

from datetime import date

import pytest

from stockroom.planning import Policy
from stockroom.planning.policy_rules import PolicyRule, open_policy_book

DAY = date(2011, 6, 30)
MONEY = {"service_kind": "money"}


@pytest.mark.parametrize(
    ("wider", "narrower", "kind", "method"),
    [
        (MONEY, {"service_level": 0.99}, "cycle", "quantile"),
        (MONEY, {"method": "classic"}, "cycle", "classic"),
        ({"method": "classic"}, MONEY, "money", "quantile"),
        ({"service_level": 0.9, "service_kind": "fill"}, MONEY, "money", "quantile"),
        ({"service_kind": "fill"}, {"service_level": 0.9}, "fill", "quantile"),
    ],
)
@pytest.mark.parametrize("widest", ["default", "category"])
def test_what_the_narrower_rule_says_of_service_unsays_the_wider_one(widest, wider, narrower, kind, method):
    rules = [PolicyRule("sku", "MUG", narrower), PolicyRule(widest, "mugs", wider)]
    book = open_policy_book(rules, default=Policy(), as_of_date=DAY)
    policy = book.policy_for(category="mugs", supplier="S01", sku="MUG")
    assert book.unusable == ()
    assert (policy.kind, policy.method) == (kind, method)
