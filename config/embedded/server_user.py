"""As root, the servers run as somebody without rights; this says as whom, and where their files can live."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from config.embedded import Unavailable

PREFERRED = ("nobody", "postgres", "daemon")


def server_user() -> pwd.struct_passwd | None:
    """Whom to become before a server is started; None means stay as we are."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall() if user.pw_uid != 0}
    for name in PREFERRED:
        if name in users:
            return users[name]
    if not users:
        raise Unavailable("PostgreSQL refuses to run as root and there is no other user: create one with useradd.")
    return next(iter(users.values()))


def as_server_user() -> dict[str, Any]:
    """Arguments of subprocess that drop root's rights."""
    user = server_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def give(path: Path) -> None:
    """Make a file or folder the server's own."""
    user = server_user()
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def is_reachable(folder: Path) -> bool:
    """Whether the server's user can enter this folder (root's home, for one, is closed)."""
    command = ["test", "-r", str(folder), "-a", "-x", str(folder)]
    return server_user() is None or subprocess.run(command, check=False, **as_server_user()).returncode == 0


def own_folder(folder: Path, *, durable: bool = True) -> Path:
    """Create `folder` (0700, the server's own); where its user can't reach it, a link to a place it can reach."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink() and folder.exists():
        return folder.resolve()
    if is_reachable(folder.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        folder.unlink(missing_ok=True)  # a link whose end is gone
        folder.symlink_to(_elsewhere(durable), target_is_directory=True)
    give(folder)
    folder.chmod(0o700)
    return folder.resolve()


def reachable_copy(folders: list[Path], into: Path) -> Path:
    """The first folder, or its copy in `into` together with the others beside it where its own place is closed."""
    if is_reachable(folders[0]):
        return folders[0]
    target = into / "programs"
    if not target.exists():
        partial = into / f"programs.{os.getpid()}"
        for folder in folders:
            shutil.copytree(folder, partial / folder.name, symlinks=True)
        partial.chmod(0o755)
        partial.rename(target)
    return target / folders[0].name


def _elsewhere(durable: bool) -> Path:
    """Never a name used before: whoever deletes a data folder doesn't want to meet its content again."""
    base = Path("/var/lib/tollgate") if durable else Path(tempfile.gettempdir()) / "tollgate"
    base.mkdir(mode=0o755, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=base))
