"""The demo account that bin/run makes at its first start, and how it introduces it."""

import contextlib
import json
import subprocess
import sys
from typing import Any

from config.embedded import Unavailable, kept
from config.embedded.service import BASE
from config.embedded.stack import Stack

NAME, EMAIL, TEMPLATE = "Harbourline IT", "ada@harbourline.example", "it_services"
FILE = "demo.json"
PATIENCE = 150  # seconds; a quiet machine takes twenty
CURL = """curl -X POST {url}/api/v1/leads/ \\
  -H 'Authorization: Bearer {api_key}' -H 'Content-Type: application/json' \\
  -d '{{"name": "Grace Hopper", "email": "grace@navy.example", "company": "Navy", "message": "A demo, please."}}'"""


def prepare(stack: Stack) -> None:
    """Make the account and fill it, once for each data folder."""
    path = stack.data / FILE
    if not path.exists():
        made = _manage(stack, "new_account", "--name", NAME, "--email", EMAIL, "--template", TEMPLATE, "--json")
        kept.write(path, json.loads(made.splitlines()[-1]))
    known = kept.read(path) or {}
    if not known.get("furnished"):
        # On a slow machine the account stays empty for now; the next start tries again.
        with contextlib.suppress(Unavailable):
            _manage(stack, "demo", "--account", known["slug"], "--password", known["password"])
            kept.write(path, known | {"furnished": True})


def login(stack: Stack) -> dict[str, Any] | None:
    """The account's login and key."""
    known = kept.read(stack.data / FILE)
    return known and known | {"url": f"{stack.url}/{known['slug']}/"}


def in_words(url: str, known: dict[str, Any] | None) -> str:
    """What the terminal shows."""
    if known is None:
        return "An account: bin/manage new_account --name NAME --email EMAIL"
    curl = CURL.format(url=url, api_key=known["api_key"])
    return f"Log in as {known['email']} with the password {known['password']}\nPost a lead:\n{curl}"


def _manage(stack: Stack, *words: str) -> str:
    command = [sys.executable, str(BASE / "manage.py"), *words]
    env = stack.environment("app")
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, cwd=BASE, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"The demo account took longer than {PATIENCE} s: start with --no-demo.") from None
    except subprocess.CalledProcessError as failure:
        reason = (failure.stderr.strip() or "no reason given").splitlines()[-1]
        raise Unavailable(f"The demo account can't be made: {reason}") from None
    return done.stdout
