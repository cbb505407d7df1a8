"""Give every activity its work's name without marks, for search. Step 1: add."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_activities")]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="folded",
            field=models.CharField(default="", editable=False, max_length=400),
        ),
    ]
