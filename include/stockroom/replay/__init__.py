"""Proves before switching on: what any policy would have sold, lost and cost on the store's own past. Pure."""

from stockroom.replay.built_in import FAMILIES, OURS, TARGETS, built_in_policies
from stockroom.replay.clairvoyant import CLAIRVOYANT, Lots, clairvoyant, wagner_whitin
from stockroom.replay.draws import fixed_days, gamma_days, mixed_days, uniforms
from stockroom.replay.imputation import LatentDemand, impute_demand
from stockroom.replay.measures import Interval, Outcome, Totals, items_done_worse, measure, saving_intervals, totals
from stockroom.replay.ours import Planned
from stockroom.replay.replay import STORE, Replay, replay_policies
from stockroom.replay.scenario import (
    Costs,
    ReplayError,
    Scenario,
    Shipments,
    cut_scenario,
    first_days,
    starting_stock_units,
)
from stockroom.replay.simulator import Levels, ReplayPolicy, Run, simulate

__all__ = [
    "CLAIRVOYANT",
    "FAMILIES",
    "OURS",
    "STORE",
    "TARGETS",
    "Costs",
    "Interval",
    "LatentDemand",
    "Levels",
    "Lots",
    "Outcome",
    "Planned",
    "Replay",
    "ReplayError",
    "ReplayPolicy",
    "Run",
    "Scenario",
    "Shipments",
    "Totals",
    "built_in_policies",
    "clairvoyant",
    "cut_scenario",
    "first_days",
    "fixed_days",
    "gamma_days",
    "impute_demand",
    "items_done_worse",
    "measure",
    "mixed_days",
    "replay_policies",
    "saving_intervals",
    "simulate",
    "starting_stock_units",
    "totals",
    "uniforms",
    "wagner_whitin",
]
