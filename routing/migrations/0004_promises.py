import django.db.models.deletion
import routing.ladder
import tenancy.fields
import tenancy.ids
import tenancy.operations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_browser_keys"),
        ("leads", "0023_stage_number"),
        ("routing", "0003_rules_and_pools"),
        ("tenancy", "0002_working"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="slapolicy",
            name="sla_policy_tier",
        ),
        migrations.RemoveConstraint(
            model_name="timer",
            name="timer_once",
        ),
        migrations.AddField(
            model_name="slapolicy",
            name="clock",
            field=models.CharField(
                choices=[
                    ("first_attempt", "First attempt"),
                    ("first_response", "First response"),
                    ("next_step", "Next step"),
                ],
                default="first_response",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="slapolicy",
            name="condition",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="slapolicy",
            name="ladder",
            field=models.JSONField(default=routing.ladder.for_answers),
        ),
        migrations.AddField(
            model_name="slapolicy",
            name="pause_days",
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name="slapolicy",
            name="position",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="slapolicy",
            name="retired_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="timer",
            name="climbed",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="timer",
            name="minutes",
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name="timer",
            name="owner",
            field=tenancy.fields.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.member",
            ),
        ),
        tenancy.operations.TenantKey(
            model_name="timer",
            name="owner",
        ),
        migrations.AddField(
            model_name="timer",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="timer",
            name="paused_minutes",
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name="timer",
            name="paused_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="timer",
            name="rungs",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="timer",
            name="wall_minutes",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="timer",
            name="working_minutes",
            field=models.FloatField(null=True),
        ),
        migrations.AlterField(
            model_name="timer",
            name="clock",
            field=models.CharField(
                choices=[
                    ("first_attempt", "First attempt"),
                    ("first_response", "First response"),
                    ("next_step", "Next step"),
                ],
                default="first_response",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="slapolicy",
            index=models.Index(fields=["account", "position", "id"], name="sla_policy_order"),
        ),
        migrations.AddIndex(
            model_name="timer",
            index=models.Index(fields=["account", "lead"], name="timer_lead"),
        ),
        migrations.AddConstraint(
            model_name="timer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None), ("kept_at", None)),
                fields=("account", "lead", "clock"),
                name="timer_running",
            ),
        ),
        migrations.CreateModel(
            name="Breach",
            fields=[
                ("id", models.UUIDField(default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)s_rows",
                        to="tenancy.account",
                    ),
                ),
                (
                    "timer",
                    tenancy.fields.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breaches",
                        to="routing.timer",
                    ),
                ),
                (
                    "lead",
                    tenancy.fields.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breaches",
                        to="leads.lead",
                    ),
                ),
                (
                    "owner",
                    tenancy.fields.TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "blame",
                    models.CharField(
                        choices=[
                            ("system", "System"),
                            ("calendar", "Calendar"),
                            ("capacity", "Capacity"),
                            ("person", "Person"),
                        ],
                        max_length=8,
                    ),
                ),
                ("why", models.CharField(max_length=300)),
                ("body", models.JSONField(default=dict)),
                ("windows", models.PositiveSmallIntegerField(default=1)),
                ("broken_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settled",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("answered", "Answered"),
                            ("closed", "The lead was closed"),
                            ("reassigned", "Given to somebody else"),
                            ("taken", "Taken"),
                            ("paused", "Paused"),
                            ("dismissed", "Dismissed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("settled_reason", models.CharField(blank=True, max_length=200)),
                ("settled_by", models.CharField(blank=True, max_length=120)),
            ],
            options={
                "db_table": "breach",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)),
                        fields=["account", "broken_at", "id"],
                        name="breach_open",
                    ),
                    models.Index(fields=["account", "lead"], name="breach_lead"),
                ],
                "constraints": [models.UniqueConstraint(fields=("account", "timer"), name="breach_once")],
            },
        ),
        tenancy.operations.TenantTable(
            name="Breach",
        ),
    ]
