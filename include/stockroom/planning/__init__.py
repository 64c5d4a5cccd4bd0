"""Decides: demand, lead times, reorder points, order quantities. Pure: arrays in, arrays out."""

from stockroom.planning.arrays import PlanningError
from stockroom.planning.classes import Classes
from stockroom.planning.excess import Excess, find_excess
from stockroom.planning.explanation import Explanation, Rebuilt, Term, recompute
from stockroom.planning.history import ItemHistory, LeadTimeHistory
from stockroom.planning.plan import Plan, Pools, classify_items, fit_pools, plan_items
from stockroom.planning.policy import Policy
from stockroom.planning.quantiles import DEMAND_QUANTILES
from stockroom.planning.restock import RestockRequests, choose_restock_recipients, is_held_out
from stockroom.planning.restock_take import Expected, PastNotices, Takes, Told, expected_of, learn_takes
from stockroom.planning.supplier_calendar import CarrierPeak, Closure, SupplierCalendar
from stockroom.planning.velocity import Velocity, measure_velocity

__all__ = [
    "DEMAND_QUANTILES",
    "CarrierPeak",
    "Classes",
    "Closure",
    "Excess",
    "Expected",
    "Explanation",
    "ItemHistory",
    "LeadTimeHistory",
    "PastNotices",
    "Plan",
    "PlanningError",
    "Policy",
    "Pools",
    "Rebuilt",
    "RestockRequests",
    "SupplierCalendar",
    "Takes",
    "Term",
    "Told",
    "Velocity",
    "choose_restock_recipients",
    "classify_items",
    "expected_of",
    "find_excess",
    "fit_pools",
    "is_held_out",
    "learn_takes",
    "measure_velocity",
    "plan_items",
    "recompute",
]
