"""What people type when they sign in, and about one another."""
