from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it to its end, in a thread of its own: in ours a browser's loop may go on that an earlier test has begun."""
    with ThreadPoolExecutor(1) as own:
        return own.submit(asyncio.run, work).result()
