"""A Friday that nobody watches: the service, its clock half a minute before the next slot.

It runs in a copy of the sample workspace under var/, with a sandbox that keeps every mail.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from mailer.config import Workspace
from mailer.scheduling import times_after
from tools.demo import MAILER, ROOT, free_port, wait_until_listening

FOLDER = ROOT / "var" / "demo-week"
SAMPLE = ("config.toml", "templates", "issues", "subscribers")
LIST = "cafe"
AHEAD = timedelta(seconds=30)
PATIENCE_SECONDS = 180.0
LOOK_SECONDS = 0.3


@dataclass
class Demonstration:
    """The copy, its ports, and how its clock differs from ours."""

    ports: dict[str, int]
    slot: datetime
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def environment(self) -> dict[str, str]:
        """Ports laid over the copy's config.toml."""
        return {
            **os.environ,
            "MAILER_SITE__BASE_URL": f"http://127.0.0.1:{self.ports['pages']}",
            "MAILER_SANDBOX__PORT": str(self.ports["smtp"]),
            "MAILER_SANDBOX__PAGE_PORT": str(self.ports["inbox"]),
            "MAILER_RELAYS__MAIN__PORT": str(self.ports["smtp"]),
            "MAILER_SERVICE__PORT": str(self.ports["health"]),
        }

    def now(self) -> datetime:
        """What the service's clock shows."""
        return self.slot - AHEAD + (datetime.now(UTC) - self.began)

    def say(self, words: str) -> None:
        """A line with the service's time before it."""
        local = self.now().astimezone(self.slot.tzinfo)
        print(f"{local:%a %d %b %H:%M:%S}  {words}", flush=True)

    def run(self, *words: str) -> Any:
        """What a command prints as JSON; its complaint ends the demonstration."""
        done = subprocess.run(
            [MAILER, *words, "--json"],
            cwd=FOLDER,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(done.returncode)
        return json.loads(done.stdout)

    @contextmanager
    def processes(self) -> Iterator[None]:
        """The sandbox and the service, both answering; gone at the end."""
        sandbox = self._start("sandbox", log="sandbox.log")
        wait_until_listening(self.ports["smtp"], [sandbox])
        self.began = datetime.now(UTC)
        service = self._start(
            "run", "--rehearse-at", (self.slot - AHEAD).isoformat(), log="service.log"
        )
        try:
            wait_until_listening(self.ports["pages"], [sandbox, service])
            yield
        finally:
            for process in (service, sandbox):
                process.terminate()
                process.wait(timeout=20)

    def _start(self, *words: str, log: str) -> subprocess.Popen[bytes]:
        with (FOLDER / log).open("wb") as file:
            return subprocess.Popen(
                [MAILER, *words], cwd=FOLDER, env=self.environment, stdout=file, stderr=file
            )

    def mails(self) -> list[EmailMessage]:
        """What the sandbox kept, oldest first."""
        kept = [file for file in (FOLDER / "var" / "sandbox").rglob("*") if file.is_file()]
        kept.sort(key=lambda file: file.stat().st_mtime_ns)
        found = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in kept]
        return [mail for mail in found if mail["Message-ID"]]


def main() -> None:
    """Prepare the copy, start the service, and tell what happens by itself."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in SAMPLE:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, FOLDER / name)
    names = ("pages", "smtp", "inbox", "health")
    demonstration = Demonstration({name: free_port() for name in names}, next_slot())
    imported = demonstration.run("import", "subscribers/cafe.csv", "--list", LIST)
    print(f"{imported['imported']} readers imported; nobody will type `send`")
    with demonstration.processes():
        watch(demonstration)
    print(f"the service's log and every mail it sent: {FOLDER.relative_to(ROOT)}/")


def next_slot() -> datetime:
    """The list's next slot, on its own clock."""
    mailing_list = Workspace.open(FOLDER / "config.toml").list(LIST)
    found = next(iter(times_after(mailing_list, datetime.now(UTC) + AHEAD)))
    return found.at.astimezone(mailing_list.zone)


def watch(demonstration: Demonstration) -> None:
    """Tell what happens until the campaign is over and the editors know."""
    demonstration.say(f"the service runs; the next slot is {demonstration.slot:%A %H:%M}")
    deadline = time.monotonic() + PATIENCE_SECONDS
    told, launched, finished = 0, False, False
    while time.monotonic() < deadline:
        editors = [mail for mail in demonstration.mails() if not mail["List-Id"]]
        for mail in editors[told:]:
            demonstration.say(f"to the editors: {mail['Subject']}")
        told = len(editors)
        [*campaigns] = demonstration.run("campaigns")
        if campaigns and not launched:
            launched = True
            one = campaigns[0]
            demonstration.say(f"{one['issue']} is launched to {one['audience']} readers")
        if launched and not finished and campaigns[0]["state"] == "finished":
            finished = True
            demonstration.say(f"{campaigns[0]['issue']} is finished: {campaigns[0]['states']}")
        if finished and any(campaigns[0]["issue"] in mail["Subject"] for mail in editors):
            return
        time.sleep(LOOK_SECONDS)
    sys.exit(f"nothing came of it; {FOLDER}/service.log tells why")


if __name__ == "__main__":
    main()
