"""Whole files into an account of their own, twice, and back: `python -m tests.leads.imports.whole FILE...`.

For a database that is there (DATABASE_URL); tells what became of each file, and whether the second time made nothing
and undoing left everything as it was.
"""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import uuid4

import django


def main() -> int:
    django.setup()
    from tests.leads.imports.files import settle
    from workspace.opening import open_account

    slug = uuid4().hex[:8]
    account = open_account(f"Whole {slug}", f"ada@{slug}.example", template="it_services").account
    settle()  # what a new account does by itself is not of an import
    told = [line for path in map(Path, sys.argv[1:]) for line in _told(account, path)]
    print("\n".join(told))
    return int(any("DIFFERS" in line for line in told))


def _told(account: object, path: Path) -> list[str]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tenancy.models import Account
    from tenancy.scope import scope
    from tests.contenthash import content_hash
    from tests.leads.imports.files import run, undone

    assert isinstance(account, Account)
    hashes, counts = [], []

    def remember() -> None:
        with scope(account):
            hashes.append(content_hash())

    remember()
    batches = []
    for _ in range(2):
        batch = run(account, SimpleUploadedFile(path.name, path.read_bytes()))
        batches.append(batch)
        counts.append(f"{path.name}: {batch.rows} rows, {batch.state}, {batch.counts}, {batch.mapping}")
        remember()
    for batch in reversed(batches):
        undone(account, batch)
    remember()
    same = {"twice": hashes[1] == hashes[2], "undone": hashes[0] == hashes[3]}
    return [*counts, *(f"  {name}: {'as before' if kept else 'DIFFERS'}" for name, kept in same.items())]


if __name__ == "__main__":
    sys.exit(main())
