"""The lines that a list of mails shows before one is opened, and what it leaves of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mailer.composing.examined import Check, Examined
from mailer.composing.findings import Finding

# Practice, in characters: what the lists of common mail programs show.
DESKTOP_SUBJECT: Final = 60
DESKTOP_PREHEADER: Final = 110
PHONE_SUBJECT: Final = 35
PHONE_PREHEADER: Final = 50


def subject(seen: Examined) -> Iterator[Finding]:
    """A subject that is read whole."""
    text = subject_of(seen)
    if len(text) > DESKTOP_SUBJECT:
        yield Finding(
            "soft",
            f"the subject has {len(text)} characters",
            f"lists of mails cut it after about {DESKTOP_SUBJECT}: «{cut(text, DESKTOP_SUBJECT)}»",
            "begin with what matters, or shorten it",
            seen.file,
            quote="subject:",
        )


def preheader(seen: Examined) -> Iterator[Finding]:
    """A preheader that is there, and is read whole."""
    text = seen.edition.preheader.strip()
    if not text:
        yield Finding(
            "soft",
            "there is no preheader",
            "lists of mails show the first words of the mail instead",
            "add «preheader: …» to the front matter",
            seen.file,
        )
    elif len(text) > DESKTOP_PREHEADER:
        left = cut(text, DESKTOP_PREHEADER)
        yield Finding(
            "soft",
            f"the preheader has {len(text)} characters",
            f"lists of mails cut it after about {DESKTOP_PREHEADER}: «{left}»",
            "begin with what matters, or shorten it",
            seen.file,
            quote="preheader:",
        )


CHECKS: Final[tuple[Check, ...]] = (subject, preheader)


def subject_of(seen: Examined) -> str:
    """The subject as the reader of this copy gets it."""
    return seen.mail.subject.fill(seen.copy.reader.values())


def cut(text: str, most: int) -> str:
    """What is left of a line where only so many characters are shown."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return text[: most - 1].rstrip() + "…"
