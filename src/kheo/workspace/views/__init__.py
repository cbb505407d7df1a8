"""The first page, the trail, and one's own account."""
