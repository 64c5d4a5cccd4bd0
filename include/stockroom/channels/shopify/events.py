"""What Shopify says by itself: webhooks over HTTPS, or through Amazon EventBridge to a queue."""

from __future__ import annotations

from stockroom.channels.hints import Delivery, Document, Told, Webhook, part_of, signed_by_hmac, time_in

TIMES = ("updated_at", "created_at")


def read(delivery: Delivery) -> Told:
    """Return what a delivery says. Its topic stands in a header alone."""
    return Told(delivery.headers.get("x-shopify-topic", ""), time_in(delivery.document(), *TIMES))


def read_message(message: Document) -> Told | None:
    """Return what a message says, as EventBridge puts it on a queue; none if it is not Shopify's."""
    if message.get("detail-type") != "shopifyWebhook":
        return None
    about = part_of(message, "detail", "metadata")
    event_id = about.get("X-Shopify-Webhook-Id") or message.get("id") or ""
    return Told(str(about.get("X-Shopify-Topic", "")), time_in(message, "time"), str(event_id))


WEBHOOK = Webhook(
    secret="webhook_secret",  # noqa: S106  # the name of a field
    is_genuine=signed_by_hmac("x-shopify-hmac-sha256", "shopify_webhook_secret"),
    read=read,
)
"""https://shopify.dev/docs/apps/build/webhooks/subscribe/https"""
