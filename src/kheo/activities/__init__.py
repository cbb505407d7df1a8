"""Days in the villages: planned, agreed, done, confirmed."""
