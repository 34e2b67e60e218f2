"""Sums over open deals as rows, written by triggers in the transaction of whatever changes a deal."""

from typing import Any

import django.db.models as models
from django.db import migrations

import tenancy.ids
import tenancy.operations
from tenancy.scope import scope

OF = "account_id, pipeline_id, stage_id, owner_id, tier, currency"
ADD = f"INSERT INTO deal_tally (id, {OF}, count, value) SELECT gen_random_uuid(), {OF}"
# Rows that say the same of the same become one. Nobody waits: what another transaction holds is left to it.
FOLD = f"""
    CREATE FUNCTION fold_tallies(whose uuid) RETURNS void LANGUAGE sql AS $$
        WITH gone AS (
            DELETE FROM deal_tally WHERE account_id = whose AND id IN (
                SELECT id FROM deal_tally WHERE account_id = whose AND id IN (
                    SELECT id FROM (SELECT id, count(*) OVER (PARTITION BY {OF}) AS alike FROM deal_tally
                                     WHERE account_id = whose) AS known WHERE alike > 1)
                   FOR UPDATE SKIP LOCKED)
            RETURNING *)
        {ADD}, sum(count), sum(value) FROM gone GROUP BY {OF} HAVING sum(count) <> 0 OR sum(value) <> 0
    $$
"""  # noqa: S608  (our own words)
TALLY = f"""
    CREATE FUNCTION tally_deals() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            {ADD}, count(*), coalesce(sum(value_minor), 0) FROM came WHERE status = 'open' GROUP BY {OF};
        ELSIF TG_OP = 'DELETE' THEN
            {ADD}, -count(*), -coalesce(sum(value_minor), 0) FROM went WHERE status = 'open' GROUP BY {OF};
        ELSE
            {ADD}, sum(one), coalesce(sum(one * value_minor), 0)
              FROM (SELECT {OF}, value_minor, 1 AS one FROM came WHERE status = 'open'
                    UNION ALL SELECT {OF}, value_minor, -1 FROM went WHERE status = 'open') AS both_sides
             GROUP BY {OF} HAVING sum(one) <> 0 OR sum(one * value_minor) <> 0;
        END IF;
        IF FOUND AND random() < 0.01 THEN
            PERFORM fold_tallies(nullif(current_setting('app.account_id', true), '')::uuid);
        END IF;
        RETURN NULL;
    END $$
"""  # noqa: S608  (our own words)
TRIGGERS = (
    "CREATE TRIGGER deal_came AFTER INSERT ON deal REFERENCING NEW TABLE AS came "
    "FOR EACH STATEMENT EXECUTE FUNCTION tally_deals()",
    "CREATE TRIGGER deal_went AFTER DELETE ON deal REFERENCING OLD TABLE AS went "
    "FOR EACH STATEMENT EXECUTE FUNCTION tally_deals()",
    "CREATE TRIGGER deal_changed AFTER UPDATE ON deal REFERENCING OLD TABLE AS went NEW TABLE AS came "
    "FOR EACH STATEMENT EXECUTE FUNCTION tally_deals()",
)
NO_TRIGGERS = "; ".join(f"DROP TRIGGER {name} ON deal" for name in ("deal_came", "deal_went", "deal_changed"))
BEGIN = (
    f"{ADD}, count(*), coalesce(sum(value_minor), 0) FROM deal WHERE account_id = %s AND status = 'open' GROUP BY {OF}"
)


def tally(apps: Any, schema_editor: Any) -> None:
    for account in apps.get_model("tenancy", "Account").objects.order_by("pk"):
        with scope(account), schema_editor.connection.cursor() as cursor:
            cursor.execute(BEGIN, [account.pk])


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0007_talk"), ("tenancy", "0002_working")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.UUIDField(default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=models.CASCADE,
                        related_name="%(class)s_rows",
                        to="tenancy.account",
                    ),
                ),
                ("pipeline_id", models.UUIDField()),
                ("stage_id", models.UUIDField()),
                ("owner_id", models.UUIDField(null=True)),
                ("tier", models.CharField(blank=True, max_length=8)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("count", models.IntegerField()),
                ("value", models.BigIntegerField()),
            ],
            options={"db_table": "deal_tally", "abstract": False, "base_manager_name": "objects"},
        ),
        tenancy.operations.TenantTable("Tally"),
        tenancy.operations.WithoutAccountKey("Tally"),
        migrations.AddIndex("tally", models.Index(fields=["account", "pipeline_id"], name="deal_tally_pipeline")),
        migrations.RunPython(tally, migrations.RunPython.noop),
        migrations.RunSQL(FOLD, "DROP FUNCTION fold_tallies(uuid)"),
        migrations.RunSQL(TALLY, "DROP FUNCTION tally_deals()"),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.AddIndex(
            "deal",
            models.Index(
                fields=["account", "pipeline", "limit_at"], name="deal_limit", condition=models.Q(("status", "open"))
            ),
        ),
        migrations.AddIndex(
            "deal",
            models.Index(
                fields=["account", "pipeline", "owed_by"],
                name="deal_owed",
                condition=models.Q(("status", "open"), ("owed_by__isnull", False)),
            ),
        ),
    ]
