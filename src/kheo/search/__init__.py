"""One search over bodies, places, activities and reports, as far as the reader may see.

It keeps no index of its own: what is found is what the tables hold at that moment.
"""
