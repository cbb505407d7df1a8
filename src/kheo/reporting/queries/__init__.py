"""Reads of reports: duties, drafts, desks, statements."""
