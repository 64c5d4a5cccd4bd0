"""Talks to suppliers, warehouses and planners: the files they keep."""
