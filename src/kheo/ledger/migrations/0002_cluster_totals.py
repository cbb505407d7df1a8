"""Keep the stored totals in the order of their keys, so that a total is one short scan.

SQLite: the key is the table (`WITHOUT ROWID`), from the definition that 0001 made.
PostgreSQL: room on each page, so that adding to a sum rewrites no index.
"""

from django.db import migrations

TABLES = ["ledger_daytotal", "ledger_seen"]


def cluster(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for table in TABLES:
            if connection.vendor == "sqlite":
                cursor.execute(
                    "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s",
                    [table],
                )
                (definition,) = cursor.fetchone()
                cursor.execute(f'DROP TABLE "{table}"')
                cursor.execute(f"{definition} WITHOUT ROWID")
            elif connection.vendor == "postgresql":
                cursor.execute(f'ALTER TABLE "{table}" SET (fillfactor = 80)')


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_ledger")]
    operations = [migrations.RunPython(cluster, migrations.RunPython.noop)]
