"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a thing is."""

    GOOD = "good"
    UNKNOWN = "unknown"
    """Not looked at, or not to be found out from here."""
    FRAIL = "frail"
    """It works, and will hurt one day."""
    ILL = "ill"
    """It does not work."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing: how it is, what was found, and how to mend it."""

    topic: str
    health: Health
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.topic}: {self.what}" + (f" — {self.mend}" if self.mend else "")


def good(topic: str, what: str) -> Diagnosis:
    """It is well."""
    return Diagnosis(topic, Health.GOOD, what)


def unknown(topic: str, what: str, mend: str = "") -> Diagnosis:
    """It was not looked at, or cannot be known from here."""
    return Diagnosis(topic, Health.UNKNOWN, what, mend)


def frail(topic: str, what: str, mend: str) -> Diagnosis:
    """It works, and will hurt one day."""
    return Diagnosis(topic, Health.FRAIL, what, mend)


def ill(topic: str, what: str, mend: str) -> Diagnosis:
    """It does not work."""
    return Diagnosis(topic, Health.ILL, what, mend)
