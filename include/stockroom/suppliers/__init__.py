"""Talks to suppliers, the warehouse system and the planners: today through folders that they fill with files."""

from stockroom.suppliers.planners import PLANNERS
from stockroom.suppliers.suppliers import SUPPLIERS
from stockroom.suppliers.wms import WMS

FILE_SOURCES = (SUPPLIERS, WMS, PLANNERS)
"""Every folder that ``sync_suppliers`` takes in, in that order: terms before the receipts that refer to them."""

__all__ = ["FILE_SOURCES", "PLANNERS", "SUPPLIERS", "WMS"]
