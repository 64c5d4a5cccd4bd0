"""Shopify's Admin GraphQL API, 2026-07, as far as the store's records reach."""
