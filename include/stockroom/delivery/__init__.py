"""Sends what the outbox holds; each message leaves once."""
