"""A notice leads to a path, and may leave the house: by which ways, of what kind, and since when."""

from typing import Any

from django.db import migrations, models

from tenancy.scope import scope

PATHS = {"settings-learned": "settings/learned/", "settings-scoring-review": "settings/scoring/review/"}


def lead_to_paths(apps: Any, schema_editor: Any) -> None:
    for account in apps.get_model("tenancy", "Account").objects.order_by("pk"):
        with scope(account), schema_editor.connection.cursor() as cursor:
            for name, path in PATHS.items():
                cursor.execute(
                    "UPDATE notification SET path = %s WHERE path = %s AND account_id = %s", [path, name, account.pk]
                )


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0004_notification_page"),
        ("tenancy", "0002_working"),
    ]

    operations = [
        migrations.RenameField("notification", "page", "path"),
        migrations.AlterField("notification", "path", models.CharField(max_length=200, blank=True)),
        migrations.RunPython(lead_to_paths, migrations.RunPython.noop),
    ]
