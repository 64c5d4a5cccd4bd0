"""Commands that suppose: what would run out, what to buy for one season. They change nothing."""

from __future__ import annotations

import argparse

from stockroom.cli.command import Commands, day, plan_date_of, settings_of


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    what_if = commands.dated(
        "what-if", _what_if, "suppose a closed lane, a lost supplier or other demand: what runs out, what to order now"
    )
    what_if.add_argument("--lane", default="", help="goods on this lane come later")
    what_if.add_argument("--closed-days", type=float, default=0.0, help="by so many days (six weeks are 42)")
    what_if.add_argument("--lost-supplier", default="", metavar="ID", help="delivers nothing any more")
    what_if.add_argument("--demand", type=float, default=1.0, metavar="TIMES", help="so many times as much is sold")
    season = commands.add("buy-season", _buy_season, "say how many of a one-shot item to buy, from similar ones")
    season.add_argument("--like", required=True, metavar="SKUS", help="similar SKUs, parted by commas")
    season.add_argument("--from", dest="first", type=day, required=True, metavar="YYYY-MM-DD", help="their season")
    season.add_argument("--to", dest="last", type=day, required=True, metavar="YYYY-MM-DD")
    season.add_argument("--price", type=float, required=True)
    season.add_argument("--cost", type=float, required=True)
    season.add_argument("--salvage", type=float, default=0.0, help="what a unit left over is worth afterwards")
    season.add_argument("--times", type=float, default=1.0, help="how many times as much as they it should sell")
    season.add_argument("--pack", type=int, default=1, help="units in a pack")


def _what_if(given: argparse.Namespace) -> int:
    from stockroom.jobs.what_if import what_if
    from stockroom.planning.scenarios import Scenario

    scenario = Scenario(
        lane=given.lane,
        closed_days=given.closed_days,
        lost_supplier=given.lost_supplier,
        demand_times=given.demand,
    )
    settings = settings_of(given)
    print(what_if(settings, scenario, as_of_date=plan_date_of(given, settings)))
    return 0


def _buy_season(given: argparse.Namespace) -> int:
    from stockroom.jobs.buy_season import SeasonWish, buy_season

    wish = SeasonWish(
        similar=given.like.split(","),
        first=given.first,
        last=given.last,
        price=given.price,
        unit_cost=given.cost,
        salvage=given.salvage,
        times=given.times,
        pack_units=given.pack,
    )
    print(buy_season(settings_of(given), wish))
    return 0
