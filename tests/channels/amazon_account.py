"""Accounts of Amazon that let everybody in, and what is read from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.channels.loopback import Asked, Says
from tests.channels.test_amazon_client import TOKEN_PATH, settings_of

from stockroom.channels.amazon.client import connect

END = datetime(2011, 6, 30, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def account(answer: Callable[[Asked], Says], rate: str = "1000.0") -> Callable[[Asked], Says]:
    """Return an account that lets everybody in and answers all else as ``answer`` does, as often as one likes."""

    def respond(asked: Asked) -> Says:
        if asked.path == TOKEN_PATH:
            return Says({"access_token": "Atza|one", "expires_in": 3600, "token_type": "bearer"})
        says = answer(asked)
        return replace(says, headers={"x-amzn-RateLimit-Limit": rate, **says.headers}) if rate else says

    return respond


def read(url: str, stream: Any, start: datetime | None = END - HOUR, sleeps: list[float] | None = None) -> list[Any]:
    kept = [] if sleeps is None else sleeps
    with connect(settings_of(url), sleep=kept.append) as reader:
        return [json.loads(line) for line in reader.records(stream, start=start, end=END)]
