"""The issue as it stands on the disk now: compiled anew when a file changes, or why it cannot be.

Everybody who looks at the page waits for the next change; none is missed, because each says which
state it has seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

from mailer.campaigns import Prepared, findings_of, locate_issue, prepare
from mailer.composing import Finding
from mailer.config import Workspace
from mailer.errors import MailerError, ManyErrors

# A burst of writes (an editor's save, a branch switched) is one change.
DEBOUNCE_MS = 120
STEP_MS = 40


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see."""

    number: int
    """Counts the changes."""
    prepared: Prepared | None
    """None where the issue cannot be read or compiled."""
    findings: Sequence[Finding] = ()
    errors: Sequence[MailerError] = ()


class Watched:
    """One issue, watched."""

    def __init__(self, config: Path, issue: str, list_key: str | None) -> None:
        self._config, self._issue, self._list_key = config, issue, list_key
        self._changed = asyncio.Condition()
        self._stopping = asyncio.Event()
        self._number = 0
        self.sight = self._look()

    @property
    def folder(self) -> Path:
        """The issue's folder; raises MailerError where there is none."""
        workspace = Workspace.open(self._config)
        return locate_issue(workspace, self._issue, self._list_key)

    async def follow(self) -> None:
        """Look again whenever something changes, until told to stop."""
        root = self._config.resolve().parent
        places = [self._config, root / "templates", root / "issues"]
        watched = awatch(
            *(place for place in places if place.exists()),
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            stop_event=self._stopping,
        )
        async for _ in watched:
            sight = await asyncio.to_thread(self._look)
            async with self._changed:
                self.sight = sight
                self._changed.notify_all()

    async def after(self, number: int) -> int:
        """The number of a sight that is not that one, once there is one."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: self.sight.number != number or self._stopping.is_set()
            )
        return self.sight.number

    async def stop(self) -> None:
        """Let everybody who waits go."""
        self._stopping.set()
        async with self._changed:
            self._changed.notify_all()

    @property
    def is_over(self) -> bool:
        """Whether it was stopped."""
        return self._stopping.is_set()

    def _look(self) -> Sight:
        self._number += 1
        try:
            workspace = Workspace.open(self._config)
            folder = locate_issue(workspace, self._issue, self._list_key)
            prepared = prepare(workspace, folder)
            return Sight(self._number, prepared, findings_of(workspace, prepared))
        except ManyErrors as error:
            return Sight(self._number, None, errors=error.errors)
        except MailerError as error:
            return Sight(self._number, None, errors=(error,))
