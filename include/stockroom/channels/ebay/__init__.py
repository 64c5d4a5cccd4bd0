"""eBay: orders with their parcels, inventory items, offers, through the Sell APIs; availability back to it."""

from stockroom.channels.channel import Channel, RecordSource
from stockroom.channels.ebay.client import FIELDS, connect, permissions
from stockroom.channels.ebay.events import WEBHOOK
from stockroom.channels.ebay.push import open_writer
from stockroom.channels.ebay.streams import STREAMS

CHANNEL = Channel(
    channel_id="ebay",
    name="eBay",
    kind="marketplace",
    source=RecordSource(streams=tuple(each.stream for each in STREAMS), connect=connect),
    fields=FIELDS,
    push=open_writer,
    permissions=permissions,
    webhook=WEBHOOK,
)
