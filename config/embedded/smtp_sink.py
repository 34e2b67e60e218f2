"""A mail server that delivers nowhere: each message becomes an .eml file.

Its arguments are the port and the folder.
"""

import asyncio
import contextlib
import sys
import time
import uuid
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 35 * 1024 * 1024


class Mailbox:
    """Writes messages in the order of their arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The envelope's addresses stand above the message, as a mail server writes them."""
        content = envelope.content
        body = content.encode() if isinstance(content, str) else content or b""
        to = ", ".join(envelope.rcpt_tos)
        head = f"Return-Path: <{envelope.mail_from}>\r\nX-Envelope-To: {to}\r\n".encode()
        name = f"{time.time_ns()}-{uuid.uuid4().hex[:6]}"
        partial = self.folder / f"{name}.partial"
        partial.write_bytes(head + body)
        partial.rename(self.folder / f"{name}.eml")
        return "250 OK"


async def serve(port: int, folder: Path) -> None:
    """Listen until cancelled."""
    folder.mkdir(parents=True, exist_ok=True)
    mailbox = Mailbox(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, enable_SMTPUTF8=True, data_size_limit=LARGEST), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
