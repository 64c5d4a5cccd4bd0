"""Reads and writes ASC X12: envelopes with their counts and control numbers, documents by declared maps, the 997.

``read_interchanges`` takes a file apart, a ``DocumentMap`` says what is wanted of a transaction and finds what is wrong
with it, ``acknowledge`` answers. Nothing here knows a channel, a supplier or a warehouse.
"""

from stockroom.x12.acknowledge import acknowledge
from stockroom.x12.envelope import Fault, Group, Interchange, Segment, Transaction, read_interchanges
from stockroom.x12.maps import DocumentMap, Element, Loop, Record, SegmentMap, read_document
from stockroom.x12.write import Address, Envelope, write_interchange

__all__ = [
    "Address",
    "DocumentMap",
    "Element",
    "Envelope",
    "Fault",
    "Group",
    "Interchange",
    "Loop",
    "Record",
    "Segment",
    "SegmentMap",
    "Transaction",
    "acknowledge",
    "read_document",
    "read_interchanges",
    "write_interchange",
]
