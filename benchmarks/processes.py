"""Running commands and asking the system what they cost, with all the processes they start."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import postfix

MAILER = str(Path(sys.executable).with_name("mailer"))
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
_SMTP_SOURCE_HEADER = 120  # what smtp-source adds to its payload: From, To, Date, Message-Id


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command and every process it started used."""

    cpu: float
    """Seconds, user and system."""
    system: float
    """Seconds of them in the kernel."""
    wall: float
    """Seconds."""
    said: str
    """What it printed."""


def adopt_orphans() -> None:
    """From now on the system hands us whatever our commands leave behind, so that it is counted.

    Workers are children of a server that outlives the command that started it.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    watch: Watch | None = None,
) -> Cost:
    """Run a command to its end; raises RuntimeError with its words where it fails."""
    (folder / "var").mkdir(parents=True, exist_ok=True)
    log = folder / "var" / "command.log"
    begun = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        if watch is not None:
            watch.begin(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        if watch is not None:
            watch.end()
        process.returncode = os.waitstatus_to_exitcode(status)
    usages = [usage, *_left_behind(process.pid)]
    said = log.read_text(encoding="utf-8", errors="replace")
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said[-2000:]}")
    system = sum(one.ru_stime for one in usages)
    return Cost(sum(one.ru_utime for one in usages) + system, system, wall, said)


def _left_behind(group: int) -> Iterator[object]:
    """The usage of adopted processes of a command's group, as they end."""
    while True:
        try:
            yield os.wait4(-group, 0)[2]
        except ChildProcessError:
            return


@dataclass(slots=True)
class Life:
    """One process while it was watched."""

    command: str
    at: list[float] = field(default_factory=list)
    """Seconds since the command began."""
    resident: list[int] = field(default_factory=list)
    """KiB at these times."""
    cpu: list[float] = field(default_factory=list)
    """Seconds used up to these times."""
    peak: int = 0
    """KiB, as the system keeps it."""


class Watch:
    """Looks at a command's processes now and then."""

    def __init__(self, every: float = 0.25) -> None:
        self.lives: dict[int, Life] = {}
        self._every = every
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, group: int) -> None:
        """Watch every process of this group."""
        self._thread = threading.Thread(target=self._look_on, args=(group,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _look_on(self, group: int) -> None:
        begun = time.monotonic()
        tick = os.sysconf("SC_CLK_TCK")
        while not self._over.wait(self._every):
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    self._look_at(folder, group, time.monotonic() - begun, tick)
            self.looked(time.monotonic() - begun)

    def looked(self, now: float) -> None:
        """Called after each look, with the seconds since the command began."""

    def _look_at(self, folder: Path, group: int, now: float, tick: int) -> None:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        if int(fields[2]) != group:
            return
        words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        life = self.lives.setdefault(int(folder.name), Life(" ".join(words)))
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        if "VmHWM" not in status:
            return
        life.at.append(now)
        life.resident.append(int(status["VmRSS"].split()[0]))
        life.cpu.append((int(fields[11]) + int(fields[12])) / tick)
        life.peak = int(status["VmHWM"].split()[0])


def smtp_source(port: int, size: int, messages: int) -> Cost:
    """Postfix's own generator: 10 sessions kept open, messages of `size` octets on the wire."""
    command = postfix.command(
        "smtp-source",
        *("-d", "-s", "10", "-l", str(size - _SMTP_SOURCE_HEADER), "-m", str(messages)),
        *("-f", "source@cafe.example", "-t", "sink@domain.example", f"127.0.0.1:{port}"),
    )
    return run(command, postfix.FOLDER, postfix.environment())


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def smtp_sink(*options: str) -> Iterator[int]:
    """Postfix's smtp-sink on a free port of this machine."""
    port = free_port()
    command = postfix.command("smtp-sink", *options, f"127.0.0.1:{port}", "256")
    with served(command, port, postfix.environment()):
        yield port


@contextlib.contextmanager
def served(
    command: Sequence[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A server that runs as long as it is needed."""
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _wait_until_listening(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            assert process.stderr
            raise RuntimeError(f"{process.args} ended: {process.stderr.read().decode()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args} does not listen")
