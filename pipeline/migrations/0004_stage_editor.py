from typing import Any

import django.db.models.deletion
import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.operations
from django.db import migrations, models

ACCOUNT = models.ForeignKey(
    db_index=False,
    editable=False,
    on_delete=django.db.models.deletion.CASCADE,
    related_name="%(class)s_rows",
    to="tenancy.account",
)
KINDS = [
    ("field", "A field is filled"),
    ("condition", "Fields match a condition"),
    ("activity", "An activity is logged"),
    ("meeting", "A meeting is scheduled"),
    ("stakeholder", "A stakeholder with a role"),
    ("document", "A document is attached"),
    ("approval", "Somebody approves"),
    ("checklist", "A person confirms"),
    ("score", "A minimum score"),
    ("objections", "No blocking objection is open"),
]
COLOURS = [
    ("", "None"),
    ("slate", "Slate"),
    ("teal", "Teal"),
    ("blue", "Blue"),
    ("plum", "Plum"),
    ("rose", "Rose"),
    ("sand", "Sand"),
]
ANSWERS = [("approved", "Approved"), ("refused", "Refused"), ("moot", "No longer needed")]


def key(to: str, related_name: str = "+", **how: Any) -> tenancy.fields.TenantForeignKey:
    how = {"on_delete": django.db.models.deletion.PROTECT} | how
    return tenancy.fields.TenantForeignKey(db_index=False, related_name=related_name, to=to, **how)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_without_account_key"),
        ("pipeline", "0003_stage_numbers"),
        ("tenancy", "0002_working"),
    ]

    operations = [
        migrations.AddField("pipeline", "archived_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("criterion", "required", models.BooleanField(db_default=True, default=True)),
        migrations.AlterField("criterion", "kind", models.CharField(choices=KINDS, max_length=12)),
        migrations.AlterField(
            "stage",
            "kind",
            models.CharField(
                choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")], default="open", max_length=4
            ),
        ),
        migrations.AddField(
            "stage",
            "colour",
            models.CharField(blank=True, choices=COLOURS, db_default="", default="", max_length=8),
        ),
        migrations.AddField("stage", "removed_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("stage", "before", key("pipeline.stage", editable=False, null=True)),
        tenancy.operations.TenantKey("stage", "before"),
        migrations.RemoveConstraint("stage", "stage_name"),
        migrations.AddConstraint(
            "stage",
            models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("account", "pipeline", "name"),
                name="stage_name_in_use",
            ),
        ),
        migrations.CreateModel(
            name="Reason",
            fields=[
                ("id", models.UUIDField(default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("account", ACCOUNT.clone()),
                (
                    "ending",
                    models.CharField(choices=[("out", "Disqualified"), ("lost", "Lost")], max_length=4),
                ),
                ("label", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField()),
            ],
            options={"db_table": "reason", "abstract": False, "base_manager_name": "objects"},
        ),
        tenancy.operations.TenantTable("Reason"),
        migrations.AddConstraint(
            "reason", models.UniqueConstraint(fields=("account", "ending", "label"), name="reason_once")
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.UUIDField(default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("account", ACCOUNT.clone()),
                ("deal", key("pipeline.deal", "approvals")),
                (
                    "criterion",
                    key("pipeline.criterion", "approvals", null=True, on_delete=django.db.models.deletion.CASCADE),
                ),
                ("to_stage", key("pipeline.stage")),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "A manager"), ("admin", "An admin")], default="manager", max_length=8
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500)),
                ("asked_by", key("accounts.member")),
                ("asked_at", models.DateTimeField(default=tenancy.clock.now)),
                ("answer", models.CharField(blank=True, choices=ANSWERS, max_length=8)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("answered_by", key("accounts.member", null=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "approval", "abstract": False, "base_manager_name": "objects"},
        ),
        tenancy.operations.TenantTable("Approval"),
        migrations.AddIndex(
            "approval",
            models.Index(
                condition=models.Q(("answered_at", None)), fields=["account", "-asked_at"], name="approval_open"
            ),
        ),
        migrations.AddIndex("approval", models.Index(fields=["account", "deal"], name="approval_deal")),
        migrations.AddConstraint(
            "approval",
            models.UniqueConstraint(
                condition=models.Q(("answered_at", None)),
                fields=("account", "deal", "criterion", "to_stage"),
                name="approval_once",
                nulls_distinct=False,
            ),
        ),
    ]
