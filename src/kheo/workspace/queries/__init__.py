"""What the first page asks: one's own work, what one receives, whom to ask."""
