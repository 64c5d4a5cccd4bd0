"""Who has to look at an order before it leaves: nobody, one person or two, and why.

Money alone is a poor guard: a small order of the wrong thing is regretted for years, a large repeat of the right thing
never. So an order that is small enough goes by itself only while it is dull: a known supplier, the usual quantities at
the usual prices, of items that go on selling.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Way = Literal["release", "ask", "hold"]


@dataclass(frozen=True)
class ApprovalPolicy:
    """Which orders are released without a person. Amounts are in the base currency."""

    currency: str
    threshold: Decimal
    """Greatest value that is released, counted together with what was released so to the supplier within ``days``."""
    days: int = 7
    material_value: Decimal = Decimal(50)
    """A line below this value is not worth anybody's look."""
    habit_times: float = 3.0
    """So many times the usual quantity is no habit any more."""
    habit_orders: int = 3
    """From so many earlier orders on there is a habit."""
    price_jump: Decimal = Decimal("0.15")
    """A price that rose by more than this share since the last order is asked about."""
    dead_after_days: int = 60
    """An item in stock of which nothing sold for so long may never sell again."""


@dataclass(frozen=True)
class OrderedLine:
    """One line, and what is known of earlier ones of the same item; ``None`` where nothing is."""

    sku: str
    units: int
    unit_cost: Decimal
    line_value: Decimal
    usual_units: float | None = None
    """Median of the earlier orders for this place."""
    earlier_orders: int = 0
    last_unit_cost: Decimal | None = None
    """As last ordered of this supplier, in the same currency."""
    days_since_sale: int | None = None
    is_discontinued: bool = False


@dataclass(frozen=True)
class OrderToRoute:
    """One proposal."""

    po_number: str
    supplier_id: str
    currency: str
    value: Decimal
    lines: tuple[OrderedLine, ...]
    gone_value: Decimal = Decimal(0)
    """What went to this supplier by itself within the policy's days, before this plan."""
    is_new_supplier: bool = False
    """Nothing of theirs ever arrived."""
    exchange_rate: Decimal | None = None
    """What one of another currency is worth in the base currency; ``None``: it is that, or nobody knows."""
    refused_as: str = ""
    """What stands under a recent refusal of the same: who, when, and until when it holds; empty: nobody refused it."""

    def worth(self, policy: ApprovalPolicy) -> Decimal | None:
        """Return what one of the order's currency is worth in the policy's; ``None``: nobody knows."""
        return Decimal(1) if self.currency == policy.currency else self.exchange_rate


@dataclass(frozen=True)
class Route:
    """Where a proposal goes."""

    po_number: str
    way: Way
    reason: str


def route_orders(orders: Sequence[OrderToRoute], policy: ApprovalPolicy) -> tuple[Route, ...]:
    """Return where each proposal goes, in the order given.

    A supplier's proposals are added up from the smallest on, so that an order split in two does not slip through and
    a large one does not hold up its small neighbour.

    >>> from decimal import Decimal
    >>> small = OrderToRoute("A", "S01", "GBP", Decimal(900), ())
    >>> large = OrderToRoute("B", "S01", "GBP", Decimal(1200), ())
    >>> policy = ApprovalPolicy("GBP", threshold=Decimal(2000))
    >>> [(route.po_number, route.way) for route in route_orders([large, small], policy)]
    [('B', 'ask'), ('A', 'release')]
    """
    gone: dict[str, Decimal] = defaultdict(Decimal)
    routes: dict[str, Route] = {}
    for order in sorted(orders, key=lambda one: (_base_value(one, policy), one.po_number)):
        before = order.gone_value + gone[order.supplier_id]
        route = _route(order, before, policy)
        routes[order.po_number] = route
        if route.way == "release":
            gone[order.supplier_id] += _base_value(order, policy)
    return tuple(routes[order.po_number] for order in orders)


def regrets(order: OrderToRoute, policy: ApprovalPolicy) -> tuple[str, ...]:
    """Return what speaks against letting an order go unseen, however small it is; nothing for a dull repeat."""
    found = ["a supplier who never delivered yet"] if order.is_new_supplier else []
    worth = order.worth(policy) or Decimal(1)
    for line in order.lines:
        if line.line_value * worth >= policy.material_value:
            found += _line_regrets(line, policy)
    return tuple(found)


def _route(order: OrderToRoute, before: Decimal, policy: ApprovalPolicy) -> Route:
    limit = f"the approval threshold of {_money(policy.threshold, policy.currency)}"
    if order.refused_as:
        return Route(order.po_number, "hold", order.refused_as)
    if order.worth(policy) is None:  # nobody can say that it is under the threshold
        return Route(order.po_number, "ask", f"in {order.currency}, which the approval threshold does not cover")
    value = _base_value(order, policy)
    if value > policy.threshold:
        return Route(order.po_number, "ask", f"above {limit}")
    if value + before > policy.threshold:
        already = f"with {_money(before, policy.currency)} that went to this supplier within {policy.days} days"
        return Route(order.po_number, "ask", f"{already}, above {limit}")
    if because := regrets(order, policy):
        return Route(order.po_number, "ask", "small, but " + "; ".join(because))
    return Route(order.po_number, "release", f"not above {limit}")


def _base_value(order: OrderToRoute, policy: ApprovalPolicy) -> Decimal:
    """Return an order's value in the policy's currency, to the cent; without a rate its own, only to sort by."""
    worth = order.worth(policy)
    return order.value if worth is None else (order.value * worth).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _line_regrets(line: OrderedLine, policy: ApprovalPolicy) -> list[str]:
    found = []
    if line.usual_units and line.earlier_orders >= policy.habit_orders:
        times = line.units / line.usual_units
        if times > policy.habit_times:
            found.append(f"{line.sku}: {line.units:,} units are {times:.1f} times the usual {line.usual_units:,.0f}")
    if line.last_unit_cost and line.unit_cost > line.last_unit_cost * (1 + policy.price_jump):
        risen = 100 * (line.unit_cost / line.last_unit_cost - 1)
        found.append(f"{line.sku}: {line.unit_cost:.2f} a unit is {risen:.0f} % more than last time")
    if line.is_discontinued:
        found.append(f"{line.sku} is discontinued")
    elif line.days_since_sale is not None and line.days_since_sale > policy.dead_after_days:
        found.append(f"{line.sku} has not sold for {line.days_since_sale:,} days")
    return found


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {currency}"
