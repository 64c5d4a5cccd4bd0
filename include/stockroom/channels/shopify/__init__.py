"""Shopify: orders, products, stock levels and locations through the Admin GraphQL API."""

from stockroom.channels.channel import Channel, RecordSource
from stockroom.channels.shopify.client import connect
from stockroom.channels.shopify.streams import QUERIES

CHANNEL = Channel(
    channel_id="shopify",
    name="Shopify",
    source=RecordSource(streams=tuple(query.stream for query in QUERIES), connect=connect),
)
