"""Bodies in dated trees, with lineage and succession. Not people."""
