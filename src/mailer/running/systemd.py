"""What systemd wants to hear (sd_notify): ready, alive, stopping. Elsewhere nobody listens."""

from __future__ import annotations

import contextlib
import os
import socket


def notify(words: str) -> None:
    """Tell the service manager, where one started us; sd_notify(3) is its protocol."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name:
        return
    address = f"\0{name[1:]}" if name.startswith("@") else name
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection,
    ):
        connection.sendto(words.encode(), address)


def watchdog_seconds() -> float | None:
    """How often it wants a sign of life: twice within the limit it set; None where it does not."""
    limit = os.environ.get("WATCHDOG_USEC", "")
    return int(limit) / 2_000_000 if limit.isdigit() and int(limit) else None
