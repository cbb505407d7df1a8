"""From the text of a directive to everything it asks, each with its place. No Django."""
