"""Play all policies on one scenario and hold them against one another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stockroom.replay.built_in import OURS
from stockroom.replay.clairvoyant import clairvoyant
from stockroom.replay.measures import Interval, Outcome, measure, saving_intervals, totals
from stockroom.replay.scenario import ReplayError, Scenario
from stockroom.replay.simulator import ReplayPolicy, Run, simulate

STORE = "the store itself"


@dataclass(frozen=True, eq=False)
class Replay:
    """Every policy's outcome on one scenario."""

    scenario: Scenario
    outcomes: tuple[Outcome, ...]
    """In the order of the policies; then the store itself, where its own run is known."""
    clairvoyant: Outcome
    """No policy can cost less."""
    ours: Outcome | None
    saving: dict[str, Interval]
    """By the other's name, what ours saves as a share of the other's cost; empty without ours."""

    @property
    def others(self) -> tuple[Outcome, ...]:
        """Return the outcomes that are not ours."""
        return tuple(outcome for outcome in self.outcomes if outcome is not self.ours)

    @property
    def store(self) -> Outcome | None:
        """Return what the store itself came to, where its own run is known."""
        return next((outcome for outcome in self.outcomes if outcome.name == STORE), None)

    @property
    def best_other(self) -> Outcome | None:
        """Return the cheapest of the others, the store itself left aside: what a user would pick in hindsight."""
        rivals = [outcome for outcome in self.others if outcome is not self.store]
        return min(rivals, key=lambda outcome: float(outcome.cost.sum()), default=None)

    def over_clairvoyant(self, outcome: Outcome) -> float:
        """Return the outcome's cost as a multiple of the lower bound's; 1 where both are nothing."""
        bound = totals(self.clairvoyant).cost
        return totals(outcome).cost / bound if bound else 1.0


def replay_policies(
    scenario: Scenario,
    policies: Sequence[ReplayPolicy],
    *,
    store: Run | None = None,
    seed: int = 0,
    on_day: Callable[[], object] = lambda: None,
) -> Replay:
    """Return what each policy would have come to, on the same demand and the same lead times.

    ``store`` is what really happened; it is measured by the same rule. ``on_day`` is called after each policy's day.

    Raises:
        ReplayError: no policy, or two of one name.
    """
    names = [policy.name for policy in policies]
    if not names or len(set(names)) < len(names):
        raise ReplayError(f"policies: {', '.join(names) or 'none'}; give at least one, each with a name of its own")
    outcomes = [measure(scenario, simulate(scenario, policy, on_day=on_day)) for policy in policies]
    if store is not None:
        outcomes.append(measure(scenario, store))
    ours = next((outcome for outcome in outcomes if outcome.name == OURS), None)
    others = [outcome for outcome in outcomes if outcome is not ours]
    intervals = saving_intervals(ours, others, seed=seed) if ours is not None else []
    return Replay(
        scenario=scenario,
        outcomes=tuple(outcomes),
        clairvoyant=measure(scenario, clairvoyant(scenario)),
        ours=ours,
        saving=dict(zip((other.name for other in others), intervals, strict=bool(intervals))),
    )
