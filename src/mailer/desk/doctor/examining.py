"""The whole examination, one thing after another, each told as soon as it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from mailer.config import Workspace
from mailer.desk.doctor import house
from mailer.desk.doctor.diagnosis import Diagnosis, good, ill, unknown
from mailer.desk.doctor.domains import domains
from mailer.desk.doctor.lookups import Lookups
from mailer.desk.doctor.relays import relays
from mailer.desk.doctor.schedules import schedules
from mailer.errors import MailerError, ManyErrors


def examine(
    file: Path, now: datetime, lookups: Lookups, *, offline: bool = False
) -> Iterator[Diagnosis]:
    """What there is to say of the workspace of that config.toml; never raises MailerError."""
    try:
        workspace = Workspace.open(file)
    except MailerError as error:
        for one in error.errors if isinstance(error, ManyErrors) else (error,):
            where = f"{one.where}: " if one.where else ""
            yield ill("config", f"{where}{one.what}", one.mend)
        return
    yield good("config", f"{file} can be read")
    steps: list[tuple[str, Callable[[], Iterator[Diagnosis]]]] = [
        ("database", lambda: house.database(workspace, now)),
        ("keys", lambda: house.keys(workspace)),
        ("backup", lambda: house.backup(workspace, now)),
        ("templates", lambda: house.templates(workspace)),
        ("schedule", lambda: schedules(workspace, now)),
        ("disk", lambda: house.disk(workspace)),
    ]
    if not offline:
        steps += [
            ("relays", lambda: relays(workspace, lookups, now)),
            ("DNS", lambda: domains(workspace, lookups)),
        ]
    for topic, step in steps:
        try:
            yield from step()
        except MailerError as error:
            yield ill(topic, str(error), "")
    if offline:
        yield unknown("relays and DNS", "not asked", "leave out --offline")
