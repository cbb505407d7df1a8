"""What a search of people looks in, and their order. Step 2: fill."""

import unicodedata

from django.db import migrations

BATCH = 1000
# As `core.text` and `accounts.rules` were when this was written; migrations import
# nothing of ours.
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
LETTERS = {letter: f"{order:02d}" for order, letter in enumerate(ALPHABET, start=10)}
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def fold(text):
    decomposed = unicodedata.normalize("NFD", " ".join(text.casefold().split()))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.replace("đ", "d")


def sort_key(text):
    letters, tones = [], []
    for char in unicodedata.normalize("NFC", " ".join(text.casefold().split())):
        marks = unicodedata.normalize("NFD", char)
        tone = next((mark for mark in marks if mark in TONES), "")
        bare = marks.replace(tone, "", 1) if tone else marks
        base = unicodedata.normalize("NFC", bare)
        other = "00" if char == " " else f"0{min(ord(base[0]), 0xFFFF):05d}"
        letters.append(LETTERS.get(base) or other)
        tones.append(TONES.get(tone, "0"))
    return f"{''.join(letters)}000{''.join(tones)}"


def fill(apps, schema_editor):
    rows = apps.get_model("accounts", "User").objects.using(
        schema_editor.connection.alias
    )
    last = 0
    while batch := list(rows.filter(pk__gt=last, folded="").order_by("pk")[:BATCH]):
        for row in batch:
            parts = (row.name, row.title, row.username)
            row.folded = " ".join(fold(part) for part in parts if part)
            *others, given = row.name.split() or [""]
            row.sort_name = sort_key(" ".join([given, *others]))
        rows.bulk_update(batch, ["folded", "sort_name"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False  # each batch commits, so an interrupted run can simply be repeated
    dependencies = [("accounts", "0002_user_search_and_sessions")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
