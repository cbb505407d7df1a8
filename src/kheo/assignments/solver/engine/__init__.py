"""The search itself; importing it loads numpy and scipy, so only `solve` does."""
