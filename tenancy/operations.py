"""What makes a table a tenant's: composite keys, forced row-level security, grants. After every CreateModel of one."""

from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation

from tenancy.fields import TenantForeignKey

POLICY = "account_id = nullif(current_setting('app.account_id', true), '')::uuid"


class TenantTable(Operation):
    """Swap the primary key to (account_id, id), add composite foreign keys, force row-level security, grant rights.

    `append_only` leaves the running roles INSERT and SELECT alone.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, append_only: bool = False) -> None:
        self.name = name
        self.append_only = append_only

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Django goes on believing that `id` is the key."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        table = model._meta.db_table
        key = f"{table}_pkey"
        schema_editor.execute(
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{key}", ADD CONSTRAINT "{key}" PRIMARY KEY (account_id, id)'
        )
        schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        schema_editor.execute(f'CREATE POLICY tenant ON "{table}" USING ({POLICY}) WITH CHECK ({POLICY})')
        if self.append_only:
            schema_editor.execute(f'REVOKE UPDATE, DELETE ON "{table}" FROM tollgate_app, tollgate_worker')
        distribute(schema_editor, table)
        for field in model._meta.local_fields:
            if isinstance(field, TenantForeignKey):
                add_composite_key(schema_editor, model, field)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The table itself goes next; nothing to undo."""

    def describe(self) -> str:
        return f"Make {self.name} a tenant's table"


class TenantKey(Operation):
    """The composite foreign key of a TenantForeignKey that was added to an existing table."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Only the database learns of it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        add_composite_key(schema_editor, model, model._meta.get_field(self.name))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Dropping the column takes the constraint along."""

    def describe(self) -> str:
        return f"Tie {self.model_name}.{self.name} to its account"


class WithoutAccountKey(Operation):
    """Drop a table's own foreign key to its account, which costs a look-up and a lock on one and the same row for each
    row written. What it said, row-level security says as well: a row is of the account in scope, which was read from
    its table. For the tables that every capture writes."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str) -> None:
        self.name = name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Django goes on believing in it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        schema_editor.execute(
            "DO $$ DECLARE key text; BEGIN FOR key IN SELECT conname FROM pg_constraint "  # noqa: S608  (our own name)
            f"WHERE contype = 'f' AND conrelid = '{table}'::regclass AND confrelid = 'account'::regclass "
            f"LOOP EXECUTE 'ALTER TABLE \"{table}\" DROP CONSTRAINT ' || quote_ident(key); END LOOP; END $$"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        schema_editor.execute(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_account_fk" FOREIGN KEY (account_id) '
            'REFERENCES "account" (id) DEFERRABLE INITIALLY DEFERRED'
        )

    def describe(self) -> str:
        return f"Let row-level security alone tie {self.name} to its account"


def add_composite_key(schema_editor: Any, model: type[models.Model], field: Any) -> None:
    table, target = model._meta.db_table, field.remote_field.model._meta.db_table
    schema_editor.execute(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_tenant_fk" '
        f'FOREIGN KEY (account_id, "{field.column}") REFERENCES "{target}" (account_id, id) '
        "DEFERRABLE INITIALLY DEFERRED"
    )


def distribute(schema_editor: Any, table: str) -> None:
    """On a Citus cluster the table is spread by account; elsewhere nothing happens."""
    schema_editor.execute(
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN "
        f"PERFORM create_distributed_table('{table}', 'account_id'); END IF; END $$"
    )


class DefinerFunction(Operation):
    """A SECURITY DEFINER function owned by tollgate_definer: the rare, named way past row-level security.

    `signature` is name and argument types as DROP FUNCTION wants them; `sql` is the whole CREATE FUNCTION statement.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, signature: str, sql: str) -> None:
        self.signature = signature
        self.sql = sql

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in (
            self.sql,
            f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {self.signature} TO tollgate_app, tollgate_worker",
            f"ALTER FUNCTION {self.signature} OWNER TO tollgate_definer",
        ):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.signature}")

    def describe(self) -> str:
        return f"Create the definer function {self.signature}"
