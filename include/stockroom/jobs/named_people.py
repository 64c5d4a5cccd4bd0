"""Who may answer for orders, change them and say where they go."""

from __future__ import annotations

from stockroom.settings import Settings


class UnnamedApproverError(ValueError):
    """Somebody acted who is not among the people that may."""


def check_named(settings: Settings, who: str) -> str:
    """Return the name, if it is one of those who may answer for orders.

    Raises:
        UnnamedApproverError: it is not; the message says who may.
    """
    named = dict.fromkeys((*settings.approvers, *settings.second_approvers))
    if who.strip() not in named:
        raise UnnamedApproverError(
            f"{who!r} may not answer for orders; STOCKROOM_APPROVERS and STOCKROOM_SECOND_APPROVERS name: "
            + ", ".join(named)
        )
    return who.strip()
