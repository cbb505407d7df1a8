"""Pages of reports: mine, the desk, one report, its statement and papers."""
