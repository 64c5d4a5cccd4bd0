"""Shopify: orders, products, stock levels and locations through the Admin GraphQL API; availability back to it."""

from stockroom.channels.channel import Channel, RecordSource
from stockroom.channels.shopify.client import FIELDS, connect
from stockroom.channels.shopify.events import WEBHOOK, read_message
from stockroom.channels.shopify.push import open_writer
from stockroom.channels.shopify.scopes import permissions
from stockroom.channels.shopify.streams import QUERIES

CHANNEL = Channel(
    channel_id="shopify",
    name="Shopify",
    source=RecordSource(streams=tuple(query.stream for query in QUERIES), connect=connect),
    fields=FIELDS,
    push=open_writer,
    permissions=permissions,
    webhook=WEBHOOK,
    read_message=read_message,
)
