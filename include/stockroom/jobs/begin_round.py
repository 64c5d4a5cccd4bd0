"""Begin a round: say which channels the clock's looks at; where channels called, answer them at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from stockroom.jobs.choose_channels import choose_channels
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.finish_round import RoundError, finish_round
from stockroom.jobs.push_availability import PushError
from stockroom.settings import Settings

log = logging.getLogger(__name__)

PACE_SECONDS = 5.0
"""From one look to the next while calls keep coming: channels limit how often they are asked."""
LISTENING_SECONDS = 60.0
"""How long calls are answered one after another: then the clock's round, which heals what they missed, has its turn."""


class CallError(RuntimeError):
    """Channels that called could not be read, or channels not told; the message names each with its reason."""


def begin_round(settings: Settings, *, is_called: bool, now: Callable[[], datetime]) -> list[str]:
    """Return the channels that are left for the round to extract: none where it was called, they are answered here.

    Raises:
        CallError: see ``answer_calls``.
    """
    if not is_called:
        return choose_channels(settings, only_hinted=False)
    answer_calls(settings, until=lambda: _is_somebodys_turn(settings, now()))
    return []


def answer_calls(
    settings: Settings, *, until: Callable[[], bool], seconds: float = LISTENING_SECONDS, pace: float = PACE_SECONDS
) -> int:
    """Look at the channels that called and tell all channels, and again while they call; return how often.

    All in one process: to start one for each channel takes longer than what they do. Channels are read at the same
    time, each over connections of its own; one that fails keeps nobody from being told.

    Args:
        settings: the installation's.
        until: whether something else has its turn, asked after each answer.
        seconds: begin no answer later than this.
        pace: seconds from the beginning of one answer to the next.

    Raises:
        CallError: channels could not be read or told; the others were. A retry would find nobody calling.
    """
    ends = time.monotonic() + seconds
    answers = 0
    while called := choose_channels(settings, only_hinted=True):
        goes_on_at = time.monotonic() + pace
        log.info(_answer(settings, called))
        answers += 1
        if until() or goes_on_at > ends:
            break
        time.sleep(max(0.0, goes_on_at - time.monotonic()))
    return answers


def _answer(settings: Settings, called: list[str]) -> str:
    """Return what was read of the channels that called, and what all channels were told."""
    failures: list[str] = []

    def read(channel_id: str) -> str:
        try:
            return str(extract_channel(settings, channel_id, up_to_now=True))
        except Exception as error:  # whatever it was: the others are told
            failures.append(f"{channel_id}: {error}")
            return ""

    with ThreadPoolExecutor(len(called), thread_name_prefix="extract") as pool:
        said = list(pool.map(read, called))
    if any(said):
        try:
            said.append(finish_round(settings))
        except (RoundError, PushError) as error:
            failures.append(str(error))
    lines = "\n".join(filter(None, said))
    if failures:
        raise CallError(" | ".join(filter(None, [*failures, lines])))
    return lines


def _is_somebodys_turn(settings: Settings, now: datetime) -> bool:
    """Return whether shoppers wait for what is there again; what knows that is imported once all channels are told."""
    from stockroom.jobs.announce_restocks import is_somebodys_turn

    return is_somebodys_turn(settings, now=now)
