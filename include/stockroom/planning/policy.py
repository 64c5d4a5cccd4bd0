"""What the planners want: service, review, cost of ordering and holding. One policy holds for many items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Literal, TypeAlias, get_args

from stockroom.planning.arrays import PlanningError

Method: TypeAlias = Literal["simple", "classic", "both_variances", "quantile"]
ServiceKind: TypeAlias = Literal["money", "cycle", "fill"]

METHODS: tuple[str, ...] = get_args(Method)
SERVICE_KINDS: tuple[str, ...] = get_args(ServiceKind)

USUAL_SERVICE_LEVEL = 0.95
TARGET_DAYS_OF_SUPPLY = 90.0
SEASONAL_TARGET_DAYS_OF_SUPPLY = 60.0


@dataclass(frozen=True)
class Policy:
    """How a group of items is planned; every field has the default that a shop without planners would use.

    Raises:
        PlanningError: a value that cannot be meant; the message names the field.
    """

    method: Method = "quantile"
    """``quantile`` takes the reorder point from the learned distribution of demand; the others are the textbook's."""
    service_level: float | None = None
    """The target; ``None``: money decides, or 0.95 where the method or the kind asks for a target."""
    service_kind: ServiceKind | None = None
    """``cycle``: the share of replenishments without a stockout. ``fill``: the share of units served from the shelf.
    ``money``: no target, stock is held as long as it costs less than the sales it saves; ``quantile`` only. Default:
    ``money``, and ``cycle`` where a target is given or the method is a textbook's."""
    review_days: float = 1.0
    """How many days pass between two looks at an item."""
    order_cost: float = 10.0
    """What one more order line costs, in the base currency."""
    carrying_rate: float = 0.25
    """What holding stock costs a year, as a share of its value."""
    margin: float | None = None
    """What a sale earns, in the base currency a unit. Default: price less cost."""
    goodwill: float = 0.0
    """What a lost sale costs beside its margin, in the base currency a unit."""
    maximum_cover_days: float = 365.0
    """No economic lot lasts longer; if the smallest lot that a supplier sells does, a person decides."""
    velocity_days: int = 60
    """The window that velocity is measured in: the rate of the textbook's methods, and what items are classed by."""
    lead_time_half_life_days: float = 60.0
    """A shipment that arrived this long ago counts half as much as one of today."""
    target_days_of_supply: float | None = None
    """Stock beyond it is excess, and no economic lot lasts longer. Default: 90, and 60 for seasonal items, are excess
    unless an economic lot is larger."""
    is_seasonal: bool = False
    waiting_share: float = 0.3
    """Of the units that shoppers wait for so many are bought once they are told; the rest has found another shop."""
    price_elasticity: float | None = None
    """Percent more units for one percent less price; ``None``: not known, a stated assumption stands in."""
    not_ordered_because: str = ""
    """Not empty: planned and reported, never bought, for this reason ("the supplier has discontinued it")."""

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise PlanningError(f"method: {self.method!r} is none of {', '.join(METHODS)}")
        if self.service_kind is not None and self.service_kind not in SERVICE_KINDS:
            raise PlanningError(f"service_kind: {self.service_kind!r} is none of {', '.join(SERVICE_KINDS)}")
        if self.service_kind == "money" and self.method != "quantile":
            raise PlanningError(f"service_kind: money needs the method quantile, not {self.method}; name cycle or fill")
        if self.service_kind == "money" and self.service_level is not None:
            raise PlanningError("service_level: money sets its own; leave it out, or name cycle or fill")
        if self.service_level is not None:
            self._check("service_level", lambda level: 0.5 <= level < 1, "from 0.5 to under 1 (0.95 means 95 %)")
        for name in ("review_days", "maximum_cover_days", "lead_time_half_life_days"):
            self._check(name, _is_above_0, "above 0")
        self._check("velocity_days", lambda days: days >= 1 and days.is_integer(), "a whole number of days above 0")
        for name in ("target_days_of_supply", "price_elasticity"):
            if getattr(self, name) is not None:
                self._check(name, _is_above_0, "above 0")
        for name in ("order_cost", "carrying_rate", "goodwill"):
            self._check(name, _is_0_or_more, "0 or more")
        self._check("waiting_share", lambda share: 0 <= share <= 1, "from 0 to 1")
        if self.margin is not None:
            self._check("margin", _is_0_or_more, "0 or more")

    def _check(self, name: str, holds: Callable[[float], bool], wanted: str) -> None:
        value = getattr(self, name)
        if not isinstance(value, Real) or isinstance(value, bool):
            raise PlanningError(f"{name}: {value!r} is no number; it needs one {wanted}")
        if not holds(float(value)):
            raise PlanningError(f"{name}: {value} is not {wanted}")

    @property
    def kind(self) -> ServiceKind:
        """Return which kind of service holds."""
        if self.service_kind is not None:
            return self.service_kind
        return "money" if self.method == "quantile" and self.service_level is None else "cycle"

    @property
    def target(self) -> float:
        """Return the service level that holds where money does not decide."""
        return USUAL_SERVICE_LEVEL if self.service_level is None else self.service_level

    @property
    def greatest_lot_days(self) -> float:
        """Return how long an economic lot may last."""
        if self.target_days_of_supply is not None:
            return min(self.target_days_of_supply, self.maximum_cover_days)
        return SEASONAL_TARGET_DAYS_OF_SUPPLY if self.is_seasonal else self.maximum_cover_days

    @property
    def target_days(self) -> float:
        """Return the days of supply beyond which stock is excess."""
        if self.target_days_of_supply is not None:
            return self.target_days_of_supply
        return SEASONAL_TARGET_DAYS_OF_SUPPLY if self.is_seasonal else TARGET_DAYS_OF_SUPPLY


Policies: TypeAlias = Policy | Sequence[Policy]
"""One policy for all items, or one for each."""


def _is_above_0(value: float) -> bool:
    return 0 < value < float("inf")


def _is_0_or_more(value: float) -> bool:
    return 0 <= value < float("inf")


def policy_of_each(policy: Policies, items: int) -> Sequence[Policy]:
    """Return one policy per item.

    Raises:
        PlanningError: a sequence of another length than the items.
    """
    if isinstance(policy, Policy):
        return (policy,) * items
    if len(policy) != items:
        raise PlanningError(f"policy holds {len(policy)} policies; it needs one, or one for each of {items} items")
    return policy
