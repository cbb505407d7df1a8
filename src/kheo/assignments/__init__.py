"""Which unit is in charge of which commune."""
