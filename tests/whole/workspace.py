"""A copy of the sample workspace, its commands as real processes, and the two servers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mailer.content import Column, read_issue

ROOT = Path(__file__).resolve().parents[2]
ISSUE = read_issue(
    ROOT / "issues" / "cafe-386", columns={"compliance": Column(key="compliance", kicker="")}
)
MAILER = str(Path(sys.executable).with_name("mailer"))


@dataclass(frozen=True)
class Ports:
    """Where the servers listen."""

    pages: int
    smtp: int
    inbox: int


class SampleWorkspace:
    """The sample, in a folder of its own, on free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("templates", "issues", "subscribers"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "config.toml", folder)
        self.ports = Ports(_free_port(), _free_port(), _free_port())
        self.base_url = f"http://127.0.0.1:{self.ports.pages}"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("MAILER_")},
            "MAILER_SITE__BASE_URL": self.base_url,
            "MAILER_SITE__PORT": str(self.ports.pages),
            "MAILER_SANDBOX__PORT": str(self.ports.smtp),
            "MAILER_SANDBOX__PAGE_PORT": str(self.ports.inbox),
            "MAILER_RELAYS__MAIN__PORT": str(self.ports.smtp),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        return subprocess.run(
            [MAILER, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def figures(self, *words: str) -> dict[str, Any]:
        """The JSON a command prints; it must succeed."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        figures: dict[str, Any] = json.loads(done.stdout)
        return figures

    @contextlib.contextmanager
    def servers(self) -> Iterator[None]:
        """Sandbox and pages, listening."""
        processes = [
            subprocess.Popen(
                [MAILER, command],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            for command in ("sandbox", "serve")
        ]
        try:
            for port in (self.ports.smtp, self.ports.inbox, self.ports.pages):
                _wait_until_listening(port, processes)
            yield
            for process in processes:
                process.terminate()
            for process in processes:
                process.communicate(timeout=20)
        finally:
            for process in processes:
                with process:  # closes what it said
                    process.kill()

    def mails(self) -> list[EmailMessage]:
        """What the sandbox kept, oldest first."""
        files = [file for file in (self.folder / "var/sandbox").rglob("*") if file.is_file()]
        files.sort(key=lambda file: file.stat().st_mtime_ns)
        messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [message for message in messages if message["Message-ID"]]

    def raw_mails(self) -> list[bytes]:
        """The same as octets."""
        files = [file for file in (self.folder / "var/sandbox").rglob("*") if file.is_file()]
        return [
            octets for octets in (file.read_bytes() for file in files) if b"Message-ID" in octets
        ]

    def wait_until_outbox_is_empty(self) -> None:
        """Send and pages both empty it; whoever took the last notice has settled it then."""
        deadline = time.monotonic() + 20
        waiting = "SELECT count(*) FROM notices WHERE state IN ('pending', 'taken', 'deferred')"
        while time.monotonic() < deadline:
            with contextlib.closing(sqlite3.connect(self.folder / "var/mailer.db")) as database:
                if database.execute(waiting).fetchone() == (0,):
                    return
            time.sleep(0.05)
        raise AssertionError("notices are left in the outbox")

    def consent_state(self) -> list[tuple[Any, ...]]:
        """Everything that says who consents, row by row."""
        tables = ("consent_records", "consent_evidence", "subscriptions", "suppressions")
        with contextlib.closing(sqlite3.connect(self.folder / "var/mailer.db")) as database:
            return [
                (table, *row)
                for table in (*tables, "subscribers", "notices")
                for row in database.execute(f"SELECT * FROM {table} ORDER BY 1")
            ]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_until_listening(port: int, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for process in processes:
            if process.poll() is not None:
                assert process.stderr
                raise AssertionError(process.stderr.read().decode())
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody listens on {port}")
