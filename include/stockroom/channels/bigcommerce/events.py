"""What BigCommerce says by itself: webhooks. It signs nothing, but sends the headers that a webhook was made with."""

from __future__ import annotations

from stockroom.channels.hints import Delivery, Told, Webhook, named_by_header, time_in

HEADER = "x-stockroom-key"


def read(delivery: Delivery) -> Told:
    """Return what a delivery says."""
    document = delivery.document()
    return Told(str(document.get("scope", "")), time_in(document, "created_at"))


WEBHOOK = Webhook(
    secret="webhook_secret",  # noqa: S106  # the name of a field
    is_genuine=named_by_header(HEADER, "bigcommerce_webhook_secret"),
    read=read,
)
"""https://developer.bigcommerce.com/docs/webhooks"""
