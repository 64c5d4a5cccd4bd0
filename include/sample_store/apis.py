"""What the APIs of all shops have in common: a request as it came, an answer before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson


@dataclass(frozen=True)
class Reply:
    """An answer before it is sent."""

    body: bytes
    status: int = 200
    media_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request to one shop's API; ``path`` is what follows the shop's name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def document(self) -> Any:  # noqa: ANN401  # JSON
        """Return the body as JSON; none where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


class Api(Protocol):
    """One shop's API. What it answers is faithful; faults are the server's (``faults.py``)."""

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request."""


def call_of(scope: dict[str, Any], path: str, body: bytes) -> Call:
    """Return an ASGI request as a call."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))
    return Call(scope["method"], path, query, headers, body)


def json_reply(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return a JSON answer."""
    return Reply(orjson.dumps(document), status, headers=headers or {})
