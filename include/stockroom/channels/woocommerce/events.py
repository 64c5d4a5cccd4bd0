"""What WooCommerce says by itself: webhooks, signed with the secret that was given when each was made."""

from __future__ import annotations

import re

from stockroom.channels.hints import Delivery, Told, Webhook, signed_by_hmac, time_in

PING = re.compile(rb"webhook_id=[0-9]{1,20}")
"""All that WooCommerce sends, unsigned, when a webhook is made; it wants 200 or makes none."""


def read(delivery: Delivery) -> Told:
    """Return what a delivery says. Its topic stands in a header alone."""
    times = ("date_modified_gmt", "date_created_gmt")
    return Told(delivery.headers.get("x-wc-webhook-topic", ""), time_in(delivery.document(), *times))


WEBHOOK = Webhook(
    secret="webhook_secret",  # noqa: S106  # the name of a field
    is_genuine=signed_by_hmac("x-wc-webhook-signature", "woocommerce_webhook_secret"),
    read=read,
    is_ping=lambda delivery: PING.fullmatch(delivery.body) is not None,
)
"""https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks"""
