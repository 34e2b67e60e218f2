"""Leads that stand in a stage already learn its number."""

from typing import Any

from django.db import migrations

from tenancy.scope import scope

COUNT = """
    UPDATE lead SET stage_number = stage.position + 1
      FROM stage
     WHERE lead.account_id = %s AND stage.account_id = %s AND stage.id = lead.stage_id
"""


def count(apps: Any, schema_editor: Any) -> None:
    for account in apps.get_model("tenancy", "Account").objects.order_by("pk"):
        with scope(account), schema_editor.connection.cursor() as cursor:
            cursor.execute(COUNT, [account.pk, account.pk])


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0002_deal_tier"),
        ("leads", "0023_stage_number"),
        ("tenancy", "0001_initial"),
    ]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
