"""What Shopify answers when it does not answer: each error in its own published shape."""

from __future__ import annotations

from typing import Any


class QueryError(Exception):
    """A query that gets ``errors`` instead of data."""

    def __init__(self, message: str, code: str | None = None, path: list[str] | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.path = message, code, path

    def document(self) -> dict[str, Any]:
        """Return the error as one element of ``errors``."""
        found: dict[str, Any] = {"message": self.message}
        if self.path:
            found["path"] = self.path
        if self.code:
            found["extensions"] = {"code": self.code, "documentation": "https://shopify.dev/api/usage/rate-limits"}
        return found


def not_simulated(what: str, path: list[str] | None = None) -> QueryError:
    """Return the error for a part of the published schema that this store has no records for."""
    return QueryError(
        f"{what} is part of the published schema, but the sample store has nothing to answer with", path=path
    )
