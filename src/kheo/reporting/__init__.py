"""Regimes at work: obligations, reports, rounds, consolidation, statements."""
