"""What outlives a restart: secrets and the demo login, each a small JSON file that only its owner reads."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROLES = ("owner", "app", "worker", "backup")


def read(path: Path) -> dict[str, Any] | None:
    """The file's content; None when it isn't there."""
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Replace the file in one step, readable by its owner only."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(content, indent=1))
    partial.replace(path)


def secret_key_and_passwords(data: Path) -> tuple[str, dict[str, str]]:
    """Made once, at the first start on this data folder."""
    path = data / "secrets.json"
    known = read(path)
    if known is None:
        known = {
            "secret_key": secrets.token_urlsafe(48),
            "passwords": {role: secrets.token_urlsafe(24) for role in ROLES},
        }
        write(path, known)
    return known["secret_key"], known["passwords"]
