"""Say how many of a one-shot item to buy, from what similar SKUs sold in their season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from stockroom.planning.season_buy import SeasonBuy, buy_for_season
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.season_sales import read_season_sales


@dataclass(frozen=True)
class SeasonWish:
    """What is known of the item."""

    similar: Sequence[str]
    first: date
    last: date
    price: float
    unit_cost: float
    salvage: float
    times: float = 1.0
    pack_units: int = 1


@dataclass(frozen=True)
class SeasonAnswer:
    """What to buy, and from how many similar items that follows."""

    buy: SeasonBuy
    similar: int

    def __str__(self) -> str:
        """Return what a person reads."""
        buy = self.buy
        weeks = ", ".join(f"{share:.0%}" for share in buy.week_shares)
        return (
            f"buy {buy.units:,}: a sale missed and a unit too many weigh so that {buy.critical_share:.0%} of likely "
            f"seasons should be met; {self.similar} similar items say a median of {buy.median_demand:,.0f}. On average "
            f"{buy.expected_sold:,.0f} are sold, {buy.expected_left:,.0f} left, and {buy.expected_profit:,.2f} earned. "
            f"Week by week: {weeks}"
        )


def buy_season(settings: Settings, wish: SeasonWish) -> SeasonAnswer:
    """Return the season's buy.

    Raises:
        PlanningError: none of the similar items sold, or money that makes no sense.
    """
    with connect(settings.warehouse_url) as connection:
        sold = read_season_sales(connection, skus=wish.similar, first=wish.first, last=wish.last)
    buy = buy_for_season(
        sold,
        price=wish.price,
        unit_cost=wish.unit_cost,
        salvage=wish.salvage,
        times=wish.times,
        pack_units=wish.pack_units,
    )
    return SeasonAnswer(buy, int((sold.sum(axis=1) > 0).sum()))
