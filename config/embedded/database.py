"""Which PostgreSQL and which broker: what the environment names, else servers of our own in the data folder."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config.embedded import Unavailable
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey
from tenancy import roles

NAME = "tollgate"
INCOMPLETE = (
    "DATABASE_URL is not a superuser's, so the roles can't be set up: "
    "set OWNER_DATABASE_URL and WORKER_DATABASE_URL too, or give a superuser's DATABASE_URL."
)


def own_postgres(data: Path, outside: Mapping[str, str]) -> Postgres | None:
    """Our own server, or None when DATABASE_URL names another."""
    return None if outside.get("DATABASE_URL") else Postgres(data / "postgres")


def own_valkey(data: Path, outside: Mapping[str, str]) -> Valkey | None:
    """Our own broker, or None when REDIS_URL names another."""
    return None if outside.get("REDIS_URL") else Valkey(data / "valkey")


def role_urls(postgres: Postgres | None, outside: Mapping[str, str], passwords: Mapping[str, str]) -> dict[str, str]:
    """Set the roles up where we may; the URL of each."""
    if postgres:
        return roles.set_up(postgres.url(), NAME, passwords)
    url = outside["DATABASE_URL"]
    try:
        if roles.is_superuser(url):
            return roles.set_up(url, _database_name(url), passwords)
    except (psycopg.Error, UnicodeError) as error:
        raise Unavailable(f"DATABASE_URL can't be used: {str(error).strip().splitlines()[-1]}") from error
    given = {"owner": outside.get("OWNER_DATABASE_URL"), "worker": outside.get("WORKER_DATABASE_URL")}
    if not all(given.values()):
        raise Unavailable(INCOMPLETE)
    return {"app": url} | {name: value for name, value in given.items() if value}


def _database_name(url: str) -> str:
    """`postgres` is the server's own database; the product gets one for itself."""
    name = urlsplit(url).path.lstrip("/")
    return NAME if name in {"", "postgres"} else name
