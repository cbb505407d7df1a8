"""Official papers out: Word in the format of the day of issue, Excel tables.

Builders take plain values and return bytes; nothing here knows the database, whose
report it is, or who may read it.
"""
