"""Who did what and when, sealed in a chain. Not the state of anything."""
