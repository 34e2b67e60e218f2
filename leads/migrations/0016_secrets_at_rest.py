"""Secrets that stand in the database as they are become encrypted ones."""

from collections.abc import Callable
from typing import Any

from django.db import migrations
from psycopg import sql

import tenancy.secrets
from tenancy.scope import scope

COLUMNS = {
    "inlet": ("secret", "verify_token", "access_token"),
    "mailbox": ("password",),
    "provider": ("secret",),
}


def encrypt(apps: Any, schema_editor: Any) -> None:
    _rewrite(apps, schema_editor, tenancy.secrets.encrypted)


def decrypt(apps: Any, schema_editor: Any) -> None:
    _rewrite(apps, schema_editor, tenancy.secrets.decrypted)


READ = "SELECT id, {column} FROM {table} WHERE account_id = %s AND {column} <> ''"
WRITE = "UPDATE {table} SET {column} = %s WHERE account_id = %s AND id = %s"


def _rewrite(apps: Any, schema_editor: Any, change: Callable[[str], str]) -> None:
    # By SQL: the field would decrypt what is not encrypted yet.
    for account in apps.get_model("tenancy", "Account").objects.order_by("pk"):
        with scope(account), schema_editor.connection.cursor() as cursor:
            for table, columns in COLUMNS.items():
                for column in columns:
                    named = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
                    cursor.execute(sql.SQL(READ).format(**named), [account.pk])
                    changed = [(change(value), account.pk, row_id) for row_id, value in cursor.fetchall()]
                    cursor.executemany(sql.SQL(WRITE).format(**named), changed)


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0015_watched_everywhere"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="inlet",
            name="access_token",
            field=tenancy.secrets.SecretField(blank=True, max_length=1000),
        ),
        migrations.AlterField(
            model_name="inlet",
            name="secret",
            field=tenancy.secrets.SecretField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="inlet",
            name="verify_token",
            field=tenancy.secrets.SecretField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="mailbox",
            name="password",
            field=tenancy.secrets.SecretField(max_length=200),
        ),
        migrations.AlterField(
            model_name="provider",
            name="secret",
            field=tenancy.secrets.SecretField(blank=True, max_length=500),
        ),
        migrations.RunPython(encrypt, decrypt),
    ]
