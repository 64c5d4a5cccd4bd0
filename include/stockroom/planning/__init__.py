"""Decides: demand, lead times, reorder points, order quantities. Pure: arrays in, arrays out."""
