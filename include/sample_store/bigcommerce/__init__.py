"""BigCommerce's REST API, v2 orders and v3 catalogue and inventory, as far as the store's records reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample_store.apis import Api
    from sample_store.store import Store


def open_api(store: Store, key: str) -> Api:
    """Return the API; ``key`` is the store's access token."""
    from sample_store.bigcommerce.api import BigCommerceApi

    return BigCommerceApi(store, key)
