"""What stands around every page: account, member, navigation."""

from typing import Any


def frame(request: Any) -> dict[str, Any]:
    return {"frame": None}
