"""Each list's schedule: when it goes out next, and whether there is an issue for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailer.config import Workspace
from mailer.content import survey_issues
from mailer.desk.doctor.diagnosis import Diagnosis, good, ill, unknown
from mailer.scheduling import times_after


def schedules(workspace: Workspace, now: datetime) -> Iterator[Diagnosis]:
    """A line a list."""
    found = survey_issues(workspace.issues)
    for fault in found.faults:
        yield ill("issues", str(fault), "")
    for key, mailing_list in workspace.settings.lists.items():
        topic = f"schedule of {key}"
        if mailing_list.schedule is None:
            yield unknown(topic, "it has none: issues go out by mailer send")
            continue
        time = next((one for one in times_after(mailing_list, now) if not one.pause), None)
        if time is None:
            yield ill(topic, "it names no day that will ever come", "see docs/scheduling.md")
            continue
        ready = [ref for ref in found.issues if ref.list == key and ref.status == "ready"]
        words = f"next on {time.local:%A %Y-%m-%d %H:%M %Z}"
        yield good(topic, f"{words}; {len(ready)} issues marked ready")
