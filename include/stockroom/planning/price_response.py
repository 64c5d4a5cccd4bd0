"""How each item's sales answer to price and promotion: what planners say, else what was learned, else an assumption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray, TextArray
from stockroom.planning.causes import PRIOR_SD, Causes
from stockroom.planning.policy import Policy

ASSUMED_ELASTICITY = 2.0
"""Where nothing is known: one percent less price, two percent more units. Whoever uses it says so."""
ASSUMED_ELASTICITY_SD = 0.8
ITEM_SHARE_SD = 0.5
"""One item's elasticity lies from its category's by so much of itself."""
STATED_SHARE_SD = 0.2
"""A number that planners state is thought to be right within so much of itself."""
LEARNED_BELOW = 0.9
"""Something was learned once the doubt has shrunk to this share of what it was before anything was seen."""
STATED, LEARNED, ASSUMED = "stated by the planners", "learned from past prices", "assumed"


@dataclass(frozen=True, eq=False)
class PriceResponse:
    """One value per item."""

    elasticity: FloatArray
    """Percent more units for one percent less price."""
    elasticity_sd: FloatArray
    """Of the item's own; what prices showed is its category's."""
    uplift: FloatArray
    """Log of how many times as much is sold by being promoted at the usual price."""
    uplift_sd: FloatArray
    source: TextArray
    """Where the elasticity comes from: ``STATED``, ``LEARNED`` or ``ASSUMED``."""


def price_response(category: TextArray, policies: Sequence[Policy], causes: Causes | None = None) -> PriceResponse:
    """Return each item's response: its policy's, its category's as far as promotions and prices have shown it, or 2.

    The forecast's own prior (revenue stays as it is) is right for plans, which must not buy a hope. It is no evidence
    against a markdown, so where nothing was learned the usual assumption stands in, with a wide doubt.
    """
    n = category.size
    elasticity, elasticity_sd = np.full(n, ASSUMED_ELASTICITY), np.full(n, ASSUMED_ELASTICITY_SD)
    uplift, uplift_sd = np.zeros(n), np.full(n, PRIOR_SD[0])
    source = np.full(n, ASSUMED, dtype="<U32")
    if causes is not None and causes.elasticity_sd is not None and causes.uplift_sd is not None:
        row = causes.row_of(category)
        is_learned = causes.elasticity_sd[row] < LEARNED_BELOW * PRIOR_SD[1]
        elasticity = np.where(is_learned, causes.elasticity[row], elasticity)
        elasticity_sd = np.where(is_learned, causes.elasticity_sd[row], elasticity_sd)
        uplift, uplift_sd = causes.uplift[row], causes.uplift_sd[row]
        source = np.where(is_learned, LEARNED, source)
    stated = np.array([np.nan if one.price_elasticity is None else one.price_elasticity for one in policies])
    is_stated = ~np.isnan(stated)
    return PriceResponse(
        elasticity=np.where(is_stated, stated, elasticity).astype(np.float64).round(2),
        elasticity_sd=np.where(
            is_stated, STATED_SHARE_SD * stated, np.hypot(elasticity_sd, ITEM_SHARE_SD * elasticity)
        ),
        uplift=uplift,
        uplift_sd=uplift_sd,
        source=np.where(is_stated, STATED, source),
    )
