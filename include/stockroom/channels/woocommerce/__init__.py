"""WooCommerce: orders with their refunds, products with their variations, through REST v3; availability back to it."""

from stockroom.channels.channel import Channel, RecordSource
from stockroom.channels.woocommerce.client import FIELDS, connect
from stockroom.channels.woocommerce.events import WEBHOOK
from stockroom.channels.woocommerce.push import open_writer
from stockroom.channels.woocommerce.streams import STREAMS

CHANNEL = Channel(
    channel_id="woocommerce",
    name="WooCommerce",
    source=RecordSource(streams=tuple(each.stream for each in STREAMS), connect=connect),
    fields=FIELDS,
    push=open_writer,
    webhook=WEBHOOK,
)
