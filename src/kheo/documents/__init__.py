"""Stored files: type by content, limits, clean images."""
