"""Proves before switching on: what any policy would have sold, lost and cost on the store's own past. Pure."""

from stockroom.replay.draws import fixed_days, gamma_days, mixed_days, uniforms
from stockroom.replay.ours import Planned
from stockroom.replay.scenario import Costs, ReplayError, Scenario, Shipments, cut_scenario, starting_stock_units
from stockroom.replay.simulator import Levels, ReplayPolicy, Run, simulate

__all__ = [
    "Costs",
    "Levels",
    "Planned",
    "ReplayError",
    "ReplayPolicy",
    "Run",
    "Scenario",
    "Shipments",
    "cut_scenario",
    "fixed_days",
    "gamma_days",
    "mixed_days",
    "simulate",
    "starting_stock_units",
    "uniforms",
]
