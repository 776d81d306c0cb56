"""Postfix's smtp-sink as a relay: each lie it can tell, with PIPELINING and without, then none.

Its options -r and -f switch PIPELINING off by themselves; -p does for the others.
"""

from __future__ import annotations

import contextlib
import email
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos.book import Count
from chaos.campaign import Campaign
from chaos.laws import Case, violations
from chaos.ledger import Ledger
from chaos.processes import free_port, listens
from chaos.trial import CONNECTIONS, Verdict, settings_for
from chaos.workspace import Workspace
from mailer.store.tables import DeliveryState
from tools import postfix

# A lie is told until the command ends, or has heard it so often: sessions ended, or contents.
HEARD = 8
HEARD_WITHIN_SECONDS = 60.0
SOON_SECONDS = 120.0
BACKLOG = "100"
COUNTERS = re.compile(r"sess=(\d+) quit=\d+ mesg=(\d+)")


@dataclass(frozen=True, slots=True)
class Lie:
    """What smtp-sink is told to do to everybody."""

    options: tuple[str, ...]
    keeps: bool = False
    """Whether it keeps what it hears, said or unsaid."""
    is_final: bool = False
    """Whether it says 5xx: who hears it is not tried again."""

    @property
    def name(self) -> str:
        """As on a command line."""
        return f"smtp-sink {' '.join(self.options)}"


def lies() -> list[Lie]:
    """All of them."""
    verbs = ("connect", "ehlo", "mail", "rcpt", "data", ".")
    found = [Lie(("-r", verb)) for verb in verbs[2:]]
    found += [Lie(("-f", verb), is_final=True) for verb in verbs[2:]]
    for way in ((), ("-p",)):
        found += [Lie((*way, "-q", verb), keeps=verb == ".") for verb in verbs]
        found += [Lie((*way, "-Q", verb)) for verb in verbs]
        found += [Lie((*way, "-A", "1"), is_final=True), Lie((*way, "-w", "1"), keeps=True)]
    return found


def try_lie(lie: Lie, copy: Workspace, audience: int) -> Verdict:
    """Send to a liar, then to the same relay when it is honest: the campaign must get through."""
    begun = time.monotonic()
    port = free_port()
    workspace = copy.with_settings(**settings_for(port, workers=1))
    lied, kept = (copy.folder / name for name in ("lied", "kept"))
    campaign = Campaign(workspace, copy.folder / "no book", seconds=SOON_SECONDS)
    with _smtp_sink(port, lie.options, lied) as counters:
        campaign.send()
        if not _is_heard(campaign, counters):
            campaign.story.wrongs.append("the lie was not heard")
    with _smtp_sink(port, (), kept):
        story = campaign.until_over()
    ledger = Ledger(workspace.database)
    rows = ledger.rows()
    ledger.close()
    count = _counted([*([lied] if lie.keeps else []), kept])
    doubts = sum(row.doubts for row in rows)
    # The liar is killed in the middle of it, and what it had on its way ends with it. Nobody counts
    # the connections it ended by itself, but only one lie ends them after the dot.
    ends_after_dot = lie.options[-1] == "."
    case = Case(
        audience=audience,
        rows=rows,
        count=count,
        lost_otherwise=CONNECTIONS + ends_after_dot * doubts,
    )
    failed = [row for row in rows if row.state is DeliveryState.FAILED]
    if failed and not lie.is_final:
        story.wrongs.append(f"{len(failed)} failed, though nobody was refused: {failed[0].reply}")
    if any(not row.reply.startswith("5") for row in failed):
        story.wrongs.append(f"failed without a refusal: {failed[0].reply}")
    return Verdict(
        name=lie.name,
        audience=audience,
        seconds=time.monotonic() - begun,
        rows=rows,
        count=count,
        story=story,
        wrongs=[*story.wrongs, *violations(case)],
    )


@contextlib.contextmanager
def _smtp_sink(port: int, options: Sequence[str], dumps: Path) -> Iterator[Path]:
    """Runs it; yields the file of its counters."""
    dumps.mkdir()
    dumps.chmod(0o777)
    counters = dumps.with_suffix(".counters")
    words = ["-c", *options, "-d", f"{dumps}/%H%M%S", f"127.0.0.1:{port}", BACKLOG]
    with counters.open("wb") as output:
        process = subprocess.Popen(
            postfix.command("smtp-sink", *words),
            env=postfix.environment(),
            stdout=output,
            stderr=output,
        )
    try:
        until = time.monotonic() + 10
        while not listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"smtp-sink does not listen, see {counters}")
            time.sleep(0.02)
        yield counters
    finally:
        process.kill()
        process.wait()


def _is_heard(campaign: Campaign, counters: Path) -> bool:
    """Waits until the lie was told often enough, or ended the command."""
    until = time.monotonic() + HEARD_WITHIN_SECONDS
    while campaign.process is not None and campaign.process.poll() is None:
        last = COUNTERS.findall(counters.read_text())[-1:]
        if sum(int(sessions) + int(messages) for sessions, messages in last) >= HEARD:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _counted(folders: Sequence[Path]) -> Count:
    """One file a message, the envelope in its first lines; one that was cut off has no body."""
    total = Count()
    for file in (file for folder in folders for file in folder.iterdir()):
        message = email.message_from_bytes(file.read_bytes())
        message_id, recipient = message["Message-ID"], message["X-Rcpt-Args"]
        if message_id and recipient:
            total.copies[message_id] += 1
            reader = recipient.partition("<")[2].partition(">")[0]
            total.recipients.setdefault(reader, set()).add(message_id)
    return total
