"""Give every activity its work's name without marks, for search. Step 2: fill."""

import unicodedata

from django.db import migrations

BATCH = 1000


def fold(text):
    """As `core.text.fold` was when this was written; migrations import nothing of ours."""
    decomposed = unicodedata.normalize("NFD", " ".join(text.casefold().split()))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.replace("đ", "d")


def fill(apps, schema_editor):
    rows = apps.get_model("activities", "Activity").objects.using(
        schema_editor.connection.alias
    )
    last = 0
    while batch := list(rows.filter(pk__gt=last, folded="").order_by("pk")[:BATCH]):
        for row in batch:
            row.folded = fold(row.title)
        rows.bulk_update(batch, ["folded"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False  # each batch commits, so an interrupted run can simply be repeated
    dependencies = [("activities", "0002_activity_folded")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
