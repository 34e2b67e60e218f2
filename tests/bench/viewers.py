"""People who have the board open: each reads the stream, and fetches the card that it names."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.load import Sample, summary

TOGETHER = 40  # streams opened at once
PATIENCE = 120  # seconds


async def ask(port: int, request: bytes) -> bytes:
    """One request on a connection of its own; the whole answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


@dataclass(frozen=True)
class Deed:
    """A move that somebody makes, the lead that the stream then names, and the request for its card."""

    move: bytes
    lead: str
    card: bytes


class Viewer:
    """One open stream, and when it was told of the last change (seconds)."""

    def __init__(self, live: int, web: int, stream: bytes) -> None:
        self.live, self.web, self.stream = live, web, stream
        self.told = 0.0

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.live)
        self.writer.write(self.stream)
        await self.reader.readuntil(b"event: hello")

    async def see(self, deed: Deed) -> float:
        """Wait for a move to be told, and fetch its card; when it was there."""
        await self.reader.readuntil(deed.lead.encode())
        self.told = time.perf_counter()
        answer = await ask(self.web, deed.card)
        assert answer[9:12] == b"200", answer[:300]
        return time.perf_counter()


async def _watch(viewers: list[Viewer], deeds: Sequence[Deed]) -> tuple[list[float], list[float]]:
    for start in range(0, len(viewers), TOGETHER):
        await asyncio.gather(*(viewer.open() for viewer in viewers[start : start + TOGETHER]))
    told, seen = list[float](), list[float]()
    for deed in deeds:
        seeing = asyncio.gather(*(viewer.see(deed) for viewer in viewers))
        answer = await ask(viewers[0].web, deed.move)
        assert answer[9:12] == b"200", answer[:600]
        moved = time.perf_counter()
        seen += [at - moved for at in await asyncio.wait_for(seeing, PATIENCE)]
        told += [viewer.told - moved for viewer in viewers]
    for viewer in viewers:
        viewer.writer.close()
    return told, seen


def watch(viewers: list[Viewer], deeds: Sequence[Deed]) -> tuple[Sample, Sample]:
    """From a move's answer to its word at each viewer, and to its card there."""
    told, seen = asyncio.run(_watch(viewers, deeds))
    return summary([max(at, 0.0) for at in told], 1), summary(seen, 1)
