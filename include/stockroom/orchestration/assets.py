"""The assets that start one DAG from another; each name is written here and nowhere else."""

from __future__ import annotations

from airflow.sdk import Asset, AssetWatcher

from stockroom.orchestration.channel_events import ChannelEvents
from stockroom.orchestration.dropped_files import FilesDropped

channel_events = Asset("channel_events", watchers=[AssetWatcher(name="hints", trigger=ChannelEvents())])
"""That something happened at a channel; its events come from the triggerer, which hears it."""

channel_records = Asset("channel_records")
"""What the sales channels sent, in ``raw``."""

stock_positions = Asset("stock_positions")
"""How much of each sku stands where, as the channels' newest levels say."""

supplier_records = Asset("supplier_records")
"""What suppliers, warehouses and planners sent, in ``raw``."""

planning_marts = Asset("planning_marts")
"""The marts of one plan date; every event carries that date as its partition key."""

orders_waiting = Asset("orders_waiting")
"""Purchase orders above the approval threshold; every event carries their plan date as its partition key."""

dropped_files = Asset("dropped_files", watchers=[AssetWatcher(name="drops", trigger=FilesDropped())])
"""Files that others left on S3 or an SFTP server; its events come from the triggerer, which looks there."""
