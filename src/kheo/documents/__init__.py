"""Stored files: type by content, limits, clean images.

What a file is about, and who else than its own body may see it, is told by the
contexts above that hold it.
"""
