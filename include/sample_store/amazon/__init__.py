"""Amazon's Selling Partner API, its login and its reports, as far as the store's records reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample_store.apis import Api
    from sample_store.store import Store


def open_api(store: Store, key: str) -> Api:
    """Return the API; ``key`` is the refresh token and the client secret."""
    from sample_store.amazon.api import AmazonApi

    return AmazonApi(store, key)
