"""The steps of a plan day as tasks: each one call of a job for the run's plan date, and the line it says."""

from __future__ import annotations

from stockroom.orchestration import this_run


def freeze() -> str:
    """Freeze what the plan knows."""
    from stockroom.jobs.freeze_plan import freeze_plan

    return str(freeze_plan(this_run.settings(), as_of_date=this_run.plan_date()))


def fit_pools() -> list[int]:
    """Fit what all items say together, and hand on the shards that there are to decide."""
    from stockroom.jobs.fit_plan_pools import fit_plan_pools

    summary = fit_plan_pools(this_run.settings(), as_of_date=this_run.plan_date())
    print(summary)
    return list(range(summary.shards))


def notice_surprises() -> str:
    """Say which items' last days left their forecast."""
    from stockroom.jobs.notice_surprises import notice_surprises

    return str(notice_surprises(this_run.settings(), as_of_date=this_run.plan_date()))


def decide(shard: int) -> str:
    """Decide the items of one shard."""
    from stockroom.jobs.decide_shard import decide_shard

    return str(decide_shard(this_run.settings(), as_of_date=this_run.plan_date(), shard=shard))


def propose() -> str:
    """Propose the orders."""
    from stockroom.jobs.propose_plan_orders import propose_plan_orders

    return str(propose_plan_orders(this_run.settings(), as_of_date=this_run.plan_date()))


def check_decisions() -> str:
    """Stop the plan if a decision contradicts itself."""
    from stockroom.jobs.check_decisions import check_decisions

    return str(check_decisions(this_run.settings(), as_of_date=this_run.plan_date()))


def release() -> str:
    """Release the orders up to the threshold, and let the others be asked about."""
    from stockroom.jobs.release_orders import release_orders

    this_run.stamp_outlets()
    return str(release_orders(this_run.settings(), as_of_date=this_run.plan_date()))


def deliver() -> str:
    """Send what the outbox holds."""
    from stockroom.jobs.deliver_outbox import deliver_outbox

    return str(deliver_outbox(this_run.settings(), now=this_run.now()))
