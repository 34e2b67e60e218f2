"""The database's roles, made at set-up by a superuser; plain SQL, so that it runs before Django.

| role | for | may |
| --- | --- | --- |
| tollgate_owner | migrations | own the tables, create in the schema, hand functions to definer |
| tollgate_app | web, live | read and write rows of the account in scope |
| tollgate_worker | Celery, pumps, tests of jobs | the same |
| tollgate_backup | pg_dump | read everything (BYPASSRLS) |
| tollgate_definer | nobody logs in | own the few SECURITY DEFINER functions (BYPASSRLS) |
"""

from collections.abc import Mapping
from typing import LiteralString
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

OWNER, APP, WORKER, BACKUP, DEFINER = (f"tollgate_{name}" for name in ("owner", "app", "worker", "backup", "definer"))
LOGINS = {"owner": OWNER, "app": APP, "worker": WORKER, "backup": BACKUP}
RIGHTS: dict[str, LiteralString] = {
    OWNER: "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE",
    APP: "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE",
    WORKER: "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE",
    BACKUP: "LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE",
    DEFINER: "NOLOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE",
}
LOCK = 7_011_656_411  # one set-up at a time: concurrent CREATE ROLE fails with "tuple concurrently updated"

# What a new table of the owner grants by itself; the migration operation of tenant tables adds the policy, and takes
# UPDATE and DELETE away where rows are only ever added.
SCHEMA_RIGHTS: tuple[LiteralString, ...] = (
    "GRANT USAGE, CREATE ON SCHEMA public TO tollgate_owner, tollgate_definer",
    "GRANT USAGE ON SCHEMA public TO tollgate_app, tollgate_worker, tollgate_backup",
    "ALTER DEFAULT PRIVILEGES FOR ROLE tollgate_owner "
    "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tollgate_app, tollgate_worker",
    "ALTER DEFAULT PRIVILEGES FOR ROLE tollgate_owner GRANT SELECT ON TABLES TO tollgate_backup, tollgate_definer",
    "ALTER DEFAULT PRIVILEGES FOR ROLE tollgate_owner GRANT USAGE ON SEQUENCES TO tollgate_app, tollgate_worker",
    "ALTER DEFAULT PRIVILEGES FOR ROLE tollgate_owner GRANT SELECT ON SEQUENCES TO tollgate_backup",
    "ALTER DEFAULT PRIVILEGES FOR ROLE tollgate_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    "ALTER DEFAULT PRIVILEGES FOR ROLE tollgate_owner GRANT EXECUTE ON FUNCTIONS TO tollgate_app, tollgate_worker",
)


def set_up(superuser_url: str, database: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Create or mend the roles and the database; safe to repeat.

    `passwords` has one for each of owner, app, worker and backup. Returns the URL of each of them.
    """
    with psycopg.connect(superuser_url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _make_roles(server, passwords)
        _make_database(server, database)
        with psycopg.connect(_with(superuser_url, database=database), autocommit=True) as inside:
            _set_up_schema(inside)
    return urls(superuser_url, database, passwords)


def urls(any_url: str, database: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Each role's URL on the server of `any_url`."""
    return {
        name: _with(any_url, user=role, password=passwords[name], database=database) for name, role in LOGINS.items()
    }


def is_superuser(url: str) -> bool:
    """Whether this URL may set the roles up."""
    with psycopg.connect(url, connect_timeout=5) as server:
        row = server.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _make_roles(server: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    known = {row[0] for row in server.execute("SELECT rolname FROM pg_roles")}
    for role, rights in RIGHTS.items():
        verb = sql.SQL("ALTER" if role in known else "CREATE")
        server.execute(sql.SQL("{} ROLE {} {}").format(verb, sql.Identifier(role), sql.SQL(rights)))
        # Citus: SET LOCAL app.account_id reaches the shards; plain PostgreSQL keeps it as a placeholder.
        server.execute(sql.SQL("ALTER ROLE {} SET citus.propagate_set_commands = 'local'").format(sql.Identifier(role)))
        # Compiling a page's query takes a hundred times as long as answering it from its index.
        server.execute(sql.SQL("ALTER ROLE {} SET jit = off").format(sql.Identifier(role)))
    for name, role in LOGINS.items():
        server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(passwords[name])))
    server.execute("GRANT tollgate_definer TO tollgate_owner")


def _make_database(server: psycopg.Connection, database: str) -> None:
    name = sql.Identifier(database)
    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
    server.execute(sql.SQL("ALTER DATABASE {} OWNER TO tollgate_owner").format(name))


def _set_up_schema(inside: psycopg.Connection) -> None:
    present = inside.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'").fetchone()
    if present:
        inside.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for statement in SCHEMA_RIGHTS:
        inside.execute(statement)


def _with(url: str, *, database: str, user: str = "", password: str = "") -> str:
    parts = urlsplit(url)
    login, _, place = parts.netloc.rpartition("@")
    if user:
        login = f"{user}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{place}", path=f"/{quote(database)}"))
