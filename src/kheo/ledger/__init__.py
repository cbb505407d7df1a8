"""Measures, entries, credits, claims and totals. Knows no programme."""
