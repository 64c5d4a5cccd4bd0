"""What the API's requests have in common: errors in Amazon's shape, pages, tokens, moments."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from sample_store.amazon.documents import MARKETPLACE_ID
from sample_store.apis import Call, json_reply


class RequestError(Exception):
    """A request that gets an error in Amazon's shape."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.reply = json_reply({"errors": [{"code": code, "message": message, "details": ""}]}, status)


def only_known(call: Call, names: frozenset[str]) -> None:
    """Refuse parameters that this store does not know."""
    if unknown := set(call.query) - names:
        raise RequestError("InvalidInput", f"The sample store does not know {', '.join(sorted(unknown))}.")


def one_marketplace(call: Call) -> None:
    """Refuse what is asked of another marketplace."""
    if call.query.get("marketplaceIds") != MARKETPLACE_ID:
        raise RequestError("InvalidInput", f"marketplaceIds must be {MARKETPLACE_ID}.")


def page_size(text: str | None, usual: int, at_most: int) -> int:
    """Return how many records a page is to hold."""
    size = int(text or usual)
    if not 1 <= size <= at_most:
        raise RequestError("InvalidInput", f"A page holds between 1 and {at_most}.")
    return size


def closed(text: str) -> str:
    """Return a token that means nothing to anybody else."""
    return urlsafe_b64encode(text.encode()).decode()


def opened(token: str | None) -> str | None:
    """Return what a token means here."""
    return None if token is None else urlsafe_b64decode(token.encode()).decode()


def moment(text: str) -> int:
    """Return a moment in seconds."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
