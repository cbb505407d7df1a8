"""People, their grants, and the actors made from them."""
