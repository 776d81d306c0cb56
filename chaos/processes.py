"""The processes of a command, as the kernel lists them (Linux's /proc)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """The living processes below one, its children first."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found: list[int] = []
    level = [pid]
    while level:
        level = [child for parent in level for child in children.get(parent, ())]
        found += level
    return found


def alive(pids: Iterable[int]) -> set[int]:
    """Those of them that still run; one that has ended and waits to be reaped does not."""
    running = {pid for pid, _ in _parents()}
    return running.intersection(pids)


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> bool:
    """Send a signal; False where the process was gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def end(*processes: subprocess.Popen[bytes]) -> None:
    """Kill those that still run; afterwards none waits to be reaped."""
    for process in processes:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port of loopback nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _parents() -> Iterator[tuple[int, int]]:
    """Every process that runs, with its parent."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            # The name in parentheses may hold anything; what we want follows the last one.
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                yield int(entry.name), int(parent)
