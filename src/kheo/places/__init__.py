"""Administrative units of Vietnam in dated versions, with lineage. Not bodies."""
