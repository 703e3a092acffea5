"""JSON documents over a socket, between a build and its fork servers."""

from __future__ import annotations

import json
import socket
from typing import Any

_HEADER = 8


def send(channel: socket.socket, document: Any) -> None:
    """Sends a JSON document."""
    data = json.dumps(document).encode()
    channel.sendall(len(data).to_bytes(_HEADER, "big") + data)


def receive(channel: socket.socket) -> Any:
    """Waits for a JSON document.

    Raises:
        EOFError: the other end is closed.
    """
    return json.loads(_exactly(channel, int.from_bytes(_exactly(channel, _HEADER), "big")))


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = channel.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError("the other end is closed")
        data += part
    return bytes(data)
