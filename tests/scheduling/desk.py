"""A publisher's desk for tests of scheduling: a small workspace, a clock that turns, its issues."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from builders import KEYS, ROOT
from mailer.config import Workspace
from mailer.scheduling import Scheduler
from mailer.store import Store
from mailer.store.tables import Campaign, IssueRow, Notice, Slot

WEEKLY = 'schedule = { every = "week", on = "friday", at = "07:30" }'

# As little as a template may hold: the compiling of a real one is proven elsewhere.
ISSUE_MJML = """\
<mjml><mj-head><mj-title>{{ issue.title }}</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-text><h1>{{ issue.title }}</h1>
{% for section in issue.sections %}<div>{{ section.html }}</div>{% endfor %}
<p>{{ list.postal_address }} <a href="[[ links.unsubscribe ]]">Se désinscrire</a></p></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
ISSUE_TXT = """\
{{ issue.title }}

{% for section in issue.sections %}{{ section.html|text }}
{% endfor %}
{{ list.postal_address }}
[[ links.unsubscribe ]]
"""


def utc(text: str) -> datetime:
    """A moment written as 2026-11-27 06:30, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test turns."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Desk:
    """The workspace of a publisher, with a scheduler over it."""

    workspace: Workspace
    store: Store
    clock: Clock
    scheduler: Scheduler = field(init=False)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.workspace, self.store, KEYS, self.clock)

    def at(self, text: str) -> datetime | None:
        """Turn the clock to that moment (UTC) and let the scheduler look."""
        self.clock.now = utc(text)
        return self.scheduler.tick()

    def write(
        self,
        number: int,
        *,
        list_key: str = "cafe",
        status: str = "ready",
        day: str = "",
        text: str = "Bonjour !",
        title: str = "",
    ) -> Path:
        """An issue's folder."""
        folder = self.workspace.issues / f"{list_key}-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        title = title or f"Numéro {number}"
        (folder / "issue.md").write_text(
            f'---\nnumber: {number}\nlist: {list_key}\nlocale: fr\ntitle: "{title}"\n'
            f'subject: "{title}"\npreheader: "Bonjour"\nstatus: {status}\n'
            + (f"date: {day}\n" if day else "")
            + f"---\n\n{text}\n",
            encoding="utf-8",
        )
        return folder

    def sent(self, list_key: str = "cafe") -> list[tuple[str, int]]:
        """When which issue was launched by a slot, in order."""
        with self.store.read() as connection:
            rows = connection.execute(
                select(Slot.at, IssueRow.number)
                .join(Campaign, Campaign.slot_id == Slot.id)
                .join(IssueRow, IssueRow.id == Campaign.issue_id)
                .where(IssueRow.slug.startswith(list_key))
                .order_by(Slot.at)
            )
            return [(f"{row.at:%Y-%m-%d %H:%M}", row.number) for row in rows]

    def local_times(self, zone: str) -> list[tuple[datetime, int]]:
        """When which issue was launched, on the clocks of a zone."""
        return [(utc(at).astimezone(ZoneInfo(zone)), number) for at, number in self.sent()]

    def slots(self) -> list[tuple[str, str]]:
        """Every slot that has a row, and how it stands."""
        with self.store.read() as connection:
            rows = connection.execute(select(Slot.at, Slot.state).order_by(Slot.at))
            return [(f"{row.at:%Y-%m-%d %H:%M}", row.state.value) for row in rows]

    def reasons(self) -> list[str]:
        """Why slots are empty, held or skipped."""
        with self.store.read() as connection:
            return list(connection.scalars(select(Slot.reason).order_by(Slot.at)))

    def kinds(self) -> list[str]:
        """The kinds of the notices in the outbox."""
        with self.store.read() as connection:
            return list(connection.scalars(select(Notice.kind).order_by(Notice.id)))

    def letters(self) -> list[EmailMessage]:
        """The notices in the outbox, oldest first."""
        with self.store.read() as connection:
            contents = connection.scalars(select(Notice.content).order_by(Notice.id)).all()
        return [
            message_from_bytes(content, policy=policy.default, _class=EmailMessage)  # type: ignore[misc]
            for content in contents
            if content
        ]


def open_desk(
    folder: Path, store: Store, *, schedule: str = WEEKLY, now: str = "2026-11-24 09:30"
) -> Desk:
    """A desk with that schedule, its clock at `now` (UTC)."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = re.sub(r"^schedule = .*$", lambda _: schedule, text, count=1, flags=re.MULTILINE)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    template = folder / "templates" / "cafe"
    if not template.exists():
        template.mkdir(parents=True)
        (template / "issue.mjml").write_text(ISSUE_MJML, encoding="utf-8")
        (template / "issue.txt").write_text(ISSUE_TXT, encoding="utf-8")
    return Desk(Workspace.open(folder / "config.toml"), store, Clock(utc(now)))
