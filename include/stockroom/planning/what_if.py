"""What would change a decision: more stock, a slower supplier, brisker sales."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from stockroom.planning.arrays import IntArray
from stockroom.planning.decision import decide
from stockroom.planning.decision_inputs import DecisionInputs
from stockroom.planning.sentences import Words, days, units

SLOWER_DAYS = 5.0
BRISKER_TIMES = 1.2


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What would be ordered today, ``(n,)`` units, if one thing were different."""

    slower_units: IntArray
    """If the supplier took five days longer."""
    brisker_units: IntArray
    """If a fifth more were sold a day."""


def ask_what_if(inputs: DecisionInputs) -> WhatIf:
    """Return what the same decision says of other facts."""
    slower = replace(
        inputs,
        lead_time_mean_days=inputs.lead_time_mean_days + SLOWER_DAYS,
        lead_time_cases_days=inputs.lead_time_cases_days + SLOWER_DAYS,
    )
    brisker = replace(
        inputs,
        forecast_units_per_day=inputs.forecast_units_per_day * BRISKER_TIMES,
        demand_variance=inputs.demand_variance * BRISKER_TIMES,
    )
    return WhatIf(decide(slower).order_units, decide(brisker).order_units)


def what_would_change_it(words: Words, *, slower_units: int, brisker_units: int) -> str:
    """Return one or two sentences on what would make the decision another one."""
    ordered = round(words.number("order_units"))
    if words.values["not_ordered_because"]:
        needed = words.number("needed_units")
        return f"{units(needed)} would be needed if that no longer held." if needed > 0 else "It is not needed either."
    if words.values["is_stopped"]:
        return "A sale would show that it is back."
    if words.number("forecast_units_per_day") == 0 and ordered == 0:
        return "A first sale would."
    if words.values["needs_person"]:
        most = int(np.floor(words.number("forecast_units_per_day") * words.number("maximum_cover_days")))
        return f"A smallest lot of {most:,} or less would be ordered without asking."
    above = round(words.number("position_units") - words.number("reorder_point_units"))
    # Without a lot on top, an order is of what is short: at the reorder point nothing is.
    spared = 1 if words.number("order_up_to_units") > words.number("reorder_point_units") else 0
    if ordered > 0:
        said = f"With {spared - above:,} more available or on order, none would be ordered."
    else:
        left = above + 1 - spared
        in_days = days(left / words.number("forecast_units_per_day"))
        said = f"It is ordered once {left:,} more {'is' if left == 1 else 'are'} sold, in about {in_days}."
    changes = [
        f"{'none' if other == 0 else f'{other:,}'} if {what}"
        for other, what in (
            (slower_units, f"the supplier took {SLOWER_DAYS:.0f} days longer"),
            (brisker_units, "a fifth more were sold a day"),
        )
        if other != ordered
    ]
    return f"{said} Today's order would be {' and '.join(changes)}." if changes else said
