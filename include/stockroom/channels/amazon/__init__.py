"""Amazon: orders, listings and stock at Amazon through the Selling Partner API, with reports for long windows."""

from stockroom.channels.amazon.client import FIELDS, SETTLE, connect, window_step
from stockroom.channels.amazon.events import read_message
from stockroom.channels.amazon.push import open_writer
from stockroom.channels.amazon.streams import STREAMS
from stockroom.channels.channel import Channel, RecordSource

CHANNEL = Channel(
    channel_id="amazon",
    name="Amazon",
    kind="marketplace",
    source=RecordSource(streams=STREAMS, connect=connect, settle=SETTLE, step=window_step, is_open=True),
    fields=FIELDS,
    push=open_writer,
    read_message=read_message,
)
