"""Wholesale: the shop's bulk orders, which its sales office drops into a folder as CSV and XLSX files."""

from stockroom.channels.channel import Channel
from stockroom.channels.wholesale.streams import FILES

CHANNEL = Channel(channel_id="wholesale", name="Wholesale files", source=FILES, kind="bulk_files")
