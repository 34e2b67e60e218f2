"""Deals that are open already get their places in the column, newest first where people put them."""

from typing import Any

import django.db.models as models
from django.db import migrations

import pipeline.ranks
from tenancy.scope import scope

TIER = "CASE deal.tier WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END"
PLACE = f"""
    UPDATE deal
       SET rank = lpad(to_hex((1::bigint << 52) - (extract(epoch FROM entered_stage_at) * 1000000)::bigint), 13, '0')
                  || right(replace(deal.id::text, '-', ''), 6) || '8',
           attention = (({TIER} * 4 + CASE WHEN due IS NULL THEN 2 WHEN due <= clock_timestamp() THEN 1 ELSE 0 END)::bigint << 34)
                       + coalesce(floor(extract(epoch FROM coalesce(due, limit_at)))::bigint, (1::bigint << 34) - 1)
      FROM (SELECT id, account_id, CASE WHEN first_response_at IS NULL AND status = 'open' THEN first_response_due_at END AS due
              FROM lead WHERE account_id = %s) AS lead
     WHERE deal.account_id = %s AND lead.id = deal.lead_id
"""  # noqa: S608  (our own words)


def place(apps: Any, schema_editor: Any) -> None:
    for account in apps.get_model("tenancy", "Account").objects.order_by("pk"):
        with scope(account), schema_editor.connection.cursor() as cursor:
            cursor.execute(PLACE, [account.pk, account.pk])


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0004_stage_editor"),
        ("leads", "0023_stage_number"),
    ]

    operations = [
        migrations.AddField("deal", "attention", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField(
            "deal",
            "rank",
            models.TextField(db_collation="C", db_default="8", default=pipeline.ranks.fresh_rank),
        ),
        migrations.RunPython(place, migrations.RunPython.noop),
        migrations.AddIndex(
            "deal",
            models.Index(
                fields=["account", "stage", "attention", "id"],
                name="deal_attention",
                condition=models.Q(("status", "open")),
            ),
        ),
        migrations.AddIndex(
            "deal",
            models.Index(
                fields=["account", "stage", "rank", "id"], name="deal_rank", condition=models.Q(("status", "open"))
            ),
        ),
    ]
