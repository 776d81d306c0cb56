"""Postfix's own log, line by line beside the ledger: queue id, recipient, status."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chaos.ledger import Row
from mailer.store.tables import DeliveryState

TAKEN = re.compile(r"/smtpd\[\d+\]: (\w+): client=\S+ sasl_method=PLAIN, sasl_username=(\S+)")
SETTLED = re.compile(r"/\w+\[\d+\]: (\w+): to=<([^>]*)>,.* status=(\w+)")
REMOVED = re.compile(r"/qmgr\[\d+\]: (\w+): removed")
REFUSED = re.compile(r"NOQUEUE: reject: RCPT from \S+: (\d{3} \d\.\d\.\d+) .* to=<([^>]*)>")
QUEUED = re.compile(r"queued as (\w+)")


@dataclass(slots=True)
class MailLog:
    """What it says."""

    taken: dict[str, str] = field(default_factory=dict)
    """Who was logged in, by queue id."""
    settled: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Recipient and status, by queue id."""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each recipient got which answer."""
    removed: set[str] = field(default_factory=set)

    @property
    def is_complete(self) -> bool:
        """Whether its queue is empty."""
        return self.removed >= self.taken.keys()


def read(file: Path) -> MailLog:
    """Read it."""
    log = MailLog()
    for line in file.read_text(encoding="utf-8").splitlines():
        if found := TAKEN.search(line):
            log.taken[found[1]] = found[2]
        elif found := SETTLED.search(line):
            log.settled[found[1]] = found[2], found[3]
        elif found := REFUSED.search(line):
            log.refused[found[2], found[1]] += 1
        elif found := REMOVED.search(line):
            log.removed.add(found[1])
    return log


def disagreements(log: MailLog, rows: Sequence[Row], login: str) -> Iterator[str]:
    """Every line of the log that the ledger knows otherwise, and the other way round."""
    unclaimed = set(log.taken)
    refusals = Counter(log.refused)
    for row in rows:
        if row.state is DeliveryState.ACCEPTED:
            found = QUEUED.search(row.reply)
            queue_id = found[1] if found else "none"
            unclaimed.discard(queue_id)
            if log.taken.get(queue_id) != login:
                yield f"{row.recipient}: queue id {queue_id} was not taken from {login}"
            if log.settled.get(queue_id) != (row.recipient, "sent"):
                yield f"{row.recipient}: the log says {log.settled.get(queue_id)} of {queue_id}"
        tries = row.attempts - (row.state is DeliveryState.ACCEPTED)
        mine = [key for key in refusals if key[0] == row.recipient]
        if tries != sum(refusals[key] for key in mine):
            yield f"{row.recipient}: {tries} refused tries, the log says {mine}"
        if row.state is DeliveryState.FAILED and not any(words in row.reply for _, words in mine):
            yield f"{row.recipient}: failed with {row.reply!r}, the log says {mine}"
    for queue_id in unclaimed:
        yield f"the log has {queue_id}, of which the ledger knows nothing"
