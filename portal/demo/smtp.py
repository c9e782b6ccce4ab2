"""The demo's mail server: takes every mail and keeps it as a file, delivers none.

``python -m portal.demo.smtp PORT DIRECTORY``
"""

import asyncio
import signal
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Catcher:
    """Writes each mail to ``<nanoseconds>-<random>.eml``: the newest name sorts last."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    # The name is aiosmtpd's.
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep the mail, with the addresses it was really sent to."""
        name = f"{time.time_ns()}-{uuid.uuid4().hex}.eml"
        new = self.directory / f"{name}.new"
        recipients = ", ".join(envelope.rcpt_tos).encode()
        new.write_bytes(b"X-Envelope-To: " + recipients + b"\r\n" + envelope.content)
        new.rename(self.directory / name)
        return "250 OK"


async def serve(port: int, directory: Path) -> None:
    """Take mails until we are asked to end."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    catcher = Catcher(directory)
    server = await loop.create_server(
        lambda: SMTP(catcher, enable_SMTPUTF8=True, ident="Regard demo"), "127.0.0.1", port
    )
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
