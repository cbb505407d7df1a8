"""Settings, URLs, checks and the command line: nothing imports this."""
