"""Before the programs of a release start, once: the database's roles, then the migrations as their owner.

docker-compose's `migrate`. Reads SUPERUSER_DATABASE_URL and OWNER_, APP_, WORKER_, BACKUP_PASSWORD.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tenancy import roles

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


def main() -> None:
    """Becomes `manage.py migrate`, whose exit code is ours."""
    superuser = os.environ.pop("SUPERUSER_DATABASE_URL")
    passwords = {name: os.environ.pop(f"{name.upper()}_PASSWORD") for name in roles.LOGINS}
    urls = roles.set_up(superuser, urlsplit(superuser).path.lstrip("/"), passwords)
    os.environ |= {"DATABASE_URL": urls["owner"], "TOLLGATE_ROLE": "owner"}
    os.execv(sys.executable, [sys.executable, str(MANAGE), "migrate", "--no-input"])


if __name__ == "__main__":
    main()
