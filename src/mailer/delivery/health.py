"""How a relay is: well, slowed because it asked us to, or down and left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """What we know of a relay."""

    WELL = "well"
    SLOWED = "slowed"
    DOWN = "down"


FIRST_SLOW_PAUSE = 0.5
LONGEST_SLOW_PAUSE = 30.0
FIRST_DOWN_PAUSE = 1.0
LONGEST_DOWN_PAUSE = 300.0
# So many messages in a row without a complaint, and a relay that was slowed is well again.
WELL_AFTER = 50


@dataclass(slots=True)
class Condition:
    """The condition of one relay; times are the event loop's."""

    health: Health = Health.WELL
    until: float = 0.0
    """Nothing is sent to it before."""
    why: str = ""
    ever_up: bool = False
    setbacks: int = 0
    """How often it slowed us or was down."""
    _pause: float = 0.0
    _good: int = 0

    def connected(self) -> None:
        """It let us in."""
        self.ever_up = True
        if self.health is Health.DOWN:
            self.health, self._pause, self.until, self.why = Health.WELL, 0.0, 0.0, ""

    def went_well(self) -> None:
        """It took a message."""
        if self.health is Health.SLOWED:
            self._good += 1
            if self._good >= WELL_AFTER:
                self.health, self._pause, self.why = Health.WELL, 0.0, ""

    def complained(self, now: float, words: str) -> None:
        """It said 421 or 451: slow down, more each time, however many connections heard it."""
        if now < self.until:
            return
        slowed = self.health is Health.SLOWED
        self._pause = min(self._pause * 2, LONGEST_SLOW_PAUSE) if slowed else FIRST_SLOW_PAUSE
        self.health, self.why, self._good = Health.SLOWED, words, 0
        self.setbacks += 1
        self.until = now + self._pause

    def failed(self, now: float, words: str) -> None:
        """It cannot be reached, or threw us out: left alone with growing pauses."""
        if self.health is Health.DOWN and now < self.until:
            return
        down = self.health is Health.DOWN
        self._pause = min(self._pause * 2, LONGEST_DOWN_PAUSE) if down else FIRST_DOWN_PAUSE
        self.health, self.why = Health.DOWN, words
        self.setbacks += 1
        self.until = now + self._pause
