"""What every context shares: access, scoping, lifecycles, errors, time. No tables."""
