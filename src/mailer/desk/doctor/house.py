"""The house itself: database, keys, backup, templates, schedule, clock, disk."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select

from mailer.campaigns import prepare
from mailer.composing import compile_notice
from mailer.config import Workspace
from mailer.content import survey_issues
from mailer.desk.backup import last_backup
from mailer.desk.doctor.diagnosis import Diagnosis, frail, good, ill, unknown
from mailer.errors import MailerError, ManyErrors
from mailer.keys import load_keys
from mailer.notices import frame_of, templates_of, wording_for
from mailer.store import NewDatabaseError, OldDatabaseError, Store, StoreError, check_version
from mailer.store.tables import ConsentRecord

OLD_BACKUP = timedelta(days=7)
LITTLE_ROOM = 1 << 30
TURNED_BACK = timedelta(minutes=5)


def database(workspace: Workspace, now: datetime) -> Iterator[Diagnosis]:
    """Whether it opens, has our version, and was not written in what is the future now."""
    url = workspace.store_url
    shown = make_url(url).render_as_string(hide_password=True)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        yield unknown("database", "there is none yet: the first command that needs it makes it")
        return
    store = Store(url)
    try:
        check_version(store)
        with store.read() as connection:
            newest = connection.scalar(select(func.max(ConsentRecord.recorded_at)))
    except OldDatabaseError as error:
        yield ill("database", error.what, error.mend)
    except (NewDatabaseError, StoreError) as error:
        yield ill("database", error.what, error.mend)
    else:
        yield good("database", f"{shown} answers, in our version")
        yield _clock(newest, now)
    finally:
        store.close()


def _clock(newest: datetime | None, now: datetime) -> Diagnosis:
    if newest is not None and newest - now > TURNED_BACK:
        return ill(
            "clock",
            f"it shows {now:%Y-%m-%d %H:%M} UTC, and consent was recorded at"
            f" {newest:%Y-%m-%d %H:%M}",
            "set it, and let the system keep it: timedatectl set-ntp true",
        )
    return good("clock", f"{now:%Y-%m-%d %H:%M} UTC, later than all that was recorded")


def keys(workspace: Workspace) -> Iterator[Diagnosis]:
    """Whether they are whole, and for our eyes only."""
    if not workspace.keys.is_dir():
        yield unknown("keys", "there are none yet: the first command that needs them makes them")
        return
    try:
        load_keys(workspace.keys)
    except MailerError as error:
        yield ill("keys", error.what, error.mend)
        return
    open_ = [
        file.name
        for file in sorted(workspace.keys.rglob("*"))
        if file.is_file() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if open_:
        mend = f"chmod -R go= {workspace.keys}"
        yield ill("keys", f"others may read {', '.join(open_)}", mend)
        return
    yield good("keys", "whole, and for our eyes only")


def backup(workspace: Workspace, now: datetime) -> Iterator[Diagnosis]:
    """Whether there is a copy of database and keys that is not old."""
    at = last_backup(workspace)
    if at is None:
        yield frail(
            "backup",
            "there is none: without the keys no old link works, and who left may be mailed again",
            "mailer backup FILE, and keep it on another machine",
        )
    elif now - at > OLD_BACKUP:
        yield frail("backup", f"the last is of {at:%Y-%m-%d}", "mailer backup FILE")
    else:
        yield good("backup", f"the last is of {at:%Y-%m-%d %H:%M} UTC")


def templates(workspace: Workspace) -> Iterator[Diagnosis]:
    """Whether each list's set can be read, and has the words people agree to."""
    for key, mailing_list in workspace.settings.lists.items():
        topic = f"templates/{mailing_list.template}"
        try:
            wording = _try_out(workspace, key, mailing_list.locale)
        except MailerError as error:
            first = error.errors[0] if isinstance(error, ManyErrors) else error
            yield ill(topic, str(first), "")
            continue
        if not wording:
            yield ill(
                topic,
                f"consent.{mailing_list.locale}.txt is empty: nobody can agree to nothing",
                "write what a person agrees to (GDPR 7)",
            )
            continue
        yield good(topic, f"can be read, for list {key}")


def _try_out(workspace: Workspace, key: str, locale: str) -> str:
    """A notice and the newest issue are compiled; the wording is what a person would agree to."""
    found, frame = templates_of(workspace, key), frame_of(workspace, key)
    letter = {"title": "x", "paragraphs": ("x",), "button": None, "reason": "x"}
    compile_notice(found, "notice", letter, frame, subject="x", locale=locale)
    mine = [ref for ref in survey_issues(workspace.issues).issues if ref.list == key]
    if mine:
        prepare(workspace, mine[-1].folder)
    return wording_for(found, frame, locale)


def disk(workspace: Workspace) -> Iterator[Diagnosis]:
    """Whether there is room for the journal and the database."""
    there = workspace.var if workspace.var.is_dir() else workspace.root
    free = shutil.disk_usage(there).free
    words = f"{free / (1 << 30):.1f} GiB free"
    if free < LITTLE_ROOM:
        yield frail("disk", words, "make room: a full disk stops a campaign (nothing is lost)")
    else:
        yield good("disk", words)
