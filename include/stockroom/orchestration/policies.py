"""What all DAGs share: owner, tiers, retries, deadlines and who hears of failures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import RetryDecision, RetryPolicy
from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference
from typing_extensions import override

from stockroom.orchestration.alarms import report_failure

if TYPE_CHECKING:
    from airflow.sdk import Context

OWNER = "inventory"

TIER_1 = "tier:1"
"""Orders or shoppers are affected today: look at once."""

TIER_2 = "tier:2"
"""Tomorrow's plan is affected: look within the working day."""

TIER_3 = "tier:3"
"""A report is late: look within the week."""

HOPELESS_ERRORS = frozenset(
    {
        "stockroom.channels.channel.RefusedConnectionError",
        "stockroom.settings.SettingsError",
        "stockroom.jobs.begin_round.CallError",
        "stockroom.jobs.gate_keeping.GateFailedError",
        "stockroom.jobs.build_marts.BuildFailedError",
    }
)
"""Errors that the same try a minute later meets again, by name so that a DAG file need not import the jobs."""


class RetryUnlessHopeless(RetryPolicy):
    """Retry as the task says, but not where only a person can mend the cause."""

    @override
    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        """Return *fail* for an error of ``HOPELESS_ERRORS`` or a subclass of one, else the task's own retries."""
        names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(exception).__mro__}
        if names & HOPELESS_ERRORS:
            return RetryDecision.fail("a retry meets the same error; its message says what to mend")
        return RetryDecision.default()


def task_defaults(*, retries: int, retry_delay: timedelta, longest: timedelta) -> dict[str, Any]:
    """Return a DAG's ``default_args``: our owner, retries whose delay doubles up to half an hour, and the alarm.

    A try that takes longer than ``longest`` hangs, and would hold back every later run: it ends as a failure.
    """
    return {
        "owner": OWNER,
        "retries": retries,
        "retry_delay": retry_delay,
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=30),
        "execution_timeout": longest,
        "retry_policy": RetryUnlessHopeless(),
        "on_failure_callback": report_failure,
    }


QUICK = task_defaults(retries=1, retry_delay=timedelta(seconds=20), longest=timedelta(hours=1))
"""For DAGs that the clock starts again within the hour: the next run is the better retry.

The first reading of a long history may take more than an hour; it lands in parts, and the next try goes on after them.
"""

PATIENT = task_defaults(retries=3, retry_delay=timedelta(minutes=2), longest=timedelta(hours=6))
"""For DAGs of which a day has only one."""


def finish_within(limit: timedelta) -> DeadlineAlert:
    """Return the alert for a run that has not ended ``limit`` after it was queued."""
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=limit,
        callback=SyncCallback("stockroom.orchestration.alarms.report_missed_deadline", {"limit": str(limit)}),
    )
