"""How a relay behaves: what it does to a message instead of taking it, each with its chance."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


class Whim(StrEnum):
    """What a relay does to one message."""

    TAKE = "take"
    DEFER = "defer"
    """451, to the recipient or to the content."""
    REFUSE = "refuse"
    """550, likewise."""
    LEAVE = "leave"
    """421, at any command, and goodbye."""
    CLOSE = "close"
    """The connection ends at any command before the content."""
    HANG = "hang"
    """Nothing more is said, at any command or after the final dot."""
    KEEP_AND_DROP = "keep and drop"
    """The connection ends after the final dot; the message is kept."""
    FORGET_AND_DROP = "forget and drop"
    """The connection ends after the final dot; the message is gone."""


@dataclass(frozen=True, slots=True)
class Temper:
    """The chances of each whim, for one message; what is left takes it."""

    defer: float = 0.0
    refuse: float = 0.0
    leave: float = 0.0
    close: float = 0.0
    hang: float = 0.0
    keep_and_drop: float = 0.0
    forget_and_drop: float = 0.0
    down_after: int = 0
    """After so many messages it is down once; 0 is never."""
    down_seconds: float = 0.0
    seed: int = 1

    def chances(self) -> Mapping[Whim, float]:
        """Each whim's chance."""
        return {
            Whim.DEFER: self.defer,
            Whim.REFUSE: self.refuse,
            Whim.LEAVE: self.leave,
            Whim.CLOSE: self.close,
            Whim.HANG: self.hang,
            Whim.KEEP_AND_DROP: self.keep_and_drop,
            Whim.FORGET_AND_DROP: self.forget_and_drop,
        }

    def to_json(self) -> str:
        """For a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Temper:
        """What `to_json` made."""
        return cls(**json.loads(text))


class Dice:
    """Draws a whim for each message, the same ones for the same seed."""

    def __init__(self, temper: Temper) -> None:
        self._random = random.Random(temper.seed)
        chances = temper.chances()
        self._whims = [*chances, Whim.TAKE]
        self._weights = [*chances.values(), 1.0 - sum(chances.values())]

    def whim(self) -> Whim:
        """What happens to the next message."""
        return self._random.choices(self._whims, self._weights)[0]

    def one_of(self, *places: str) -> str:
        """Where it happens."""
        return self._random.choice(places)
