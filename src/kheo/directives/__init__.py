"""Documents that order work: reading them, and the numbers of papers."""
