"""Talks to sales channels: one folder each, the same file names inside."""
