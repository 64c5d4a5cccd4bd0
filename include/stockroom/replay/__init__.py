"""Simulates policies day by day on history. Pure; uses planning."""
