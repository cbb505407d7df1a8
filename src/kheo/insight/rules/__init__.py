"""Numbers as offices write them, and charts, on plain values: no database, no request."""
