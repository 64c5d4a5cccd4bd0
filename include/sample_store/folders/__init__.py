"""Folders of files that the store keeps for those who cannot speak to an API."""
