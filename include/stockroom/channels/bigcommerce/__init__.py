"""BigCommerce: v2 orders in full, the v3 catalogue, inventory by location; availability back to it."""

from stockroom.channels.bigcommerce.client import FIELDS, connect
from stockroom.channels.bigcommerce.events import WEBHOOK
from stockroom.channels.bigcommerce.push import open_writer
from stockroom.channels.bigcommerce.streams import STREAMS
from stockroom.channels.channel import Channel, RecordSource

CHANNEL = Channel(
    channel_id="bigcommerce",
    name="BigCommerce",
    source=RecordSource(streams=tuple(each.stream for each in STREAMS), connect=connect),
    fields=FIELDS,
    push=open_writer,
    webhook=WEBHOOK,
)
