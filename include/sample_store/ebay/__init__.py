"""eBay's Sell APIs (Fulfillment, Inventory) and its token host, as far as the store's records reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample_store.apis import Api
    from sample_store.store import Store


def open_api(store: Store, key: str) -> Api:
    """Return the API; ``key`` is the secret of every keyset, and every refresh token."""
    from sample_store.ebay.api import EbayApi

    return EbayApi(store, key)
