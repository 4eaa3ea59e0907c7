"""A server that answers at once, to measure whoever asks it: each post has been accepted.

Run as a process of its own: `python -m tests.bench.answering`; it tells its port.
"""

import asyncio
import itertools
import json
import sys
from email.utils import formatdate

NUMBERS = itertools.count(1)

WHO_WE_ARE = {
    "username": "gazette",
    "discriminator": "0",
    "avatar": None,
    "bot": True,
    "name": "Gazette",
    "icon": None,
    "description": "",
    "bot_public": False,
    "bot_require_code_grant": False,
    "verify_key": "",
    "flags": 0,
    "owner": {"id": "2", "username": "owner", "discriminator": "0", "avatar": None},
}
"""What Discord's client asks when it logs in."""


class Answering(asyncio.Protocol):
    """HTTP/1.1 with bodies of a known length, as both clients send them."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.waiting = transport, b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head = self.waiting[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if len(self.waiting) < end + 4 + length:
                return
            self.waiting = self.waiting[end + 4 + length :]
            self.transport.write(_answer())
            if b"connection: close" in head:
                self.transport.close()


def _answer() -> bytes:
    """Slack's and Discord's in one."""
    number = next(NUMBERS)
    said = {
        "ok": True,
        "channel": "C0",
        "ts": f"1700000000.{number:06}",
        "id": f"{10**18 + number}",
        "channel_id": "1",
        **WHO_WE_ARE,
    }
    body = json.dumps(said).encode()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        f"Date: {formatdate(usegmt=True)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
