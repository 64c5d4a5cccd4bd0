"""Alembic migrations of the schemas raw, plan, ops and pii; each version's SQL stands in a file of its name."""
