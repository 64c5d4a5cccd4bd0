"""Wholesale: bulk orders that arrive as CSV, XLSX and X12 files, and availability that leaves as CSV and X12."""

from stockroom.channels.channel import Channel
from stockroom.channels.wholesale.advice_846 import FIELDS
from stockroom.channels.wholesale.push import open_writer
from stockroom.channels.wholesale.streams import FILES

CHANNEL = Channel(
    channel_id="wholesale", name="Wholesale files", source=FILES, kind="bulk_files", fields=FIELDS, push=open_writer
)
