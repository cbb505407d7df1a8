"""Every unit its commune, every commune its unit, and why. No Django."""
