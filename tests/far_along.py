"""A site that has been used for years: the next rows get long numbers."""

from django.db import connection, models

LONG = 12_000
"""Vietnamese and English pages would write the number after it with a separator."""


def far_along(*kinds: type[models.Model]) -> None:
    """Let the next row of each kind have a number beyond `LONG`."""
    with connection.cursor() as cursor:
        for kind in kinds:
            table = kind._meta.db_table
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, LONG]
                )
                continue
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, LONG]
            )
