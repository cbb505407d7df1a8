"""My work: what is mine, what waits on others."""
