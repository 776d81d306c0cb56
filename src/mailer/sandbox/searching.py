"""Finding a message again by any words in it that a person would remember."""

from __future__ import annotations

from typing import Final

from mailer.sandbox.letter import Letter
from mailer.sandbox.maildir import Maildir

MOST_SEARCHED: Final = 2_000
"""So many of the newest are looked through."""


def search(maildir: Maildir, words: str) -> list[str]:
    """The names of the messages, newest first, that hold every one of the words.

    Case does not count; looked at are envelope, headers and text part.
    """
    wanted = words.casefold().split()
    names = maildir.names()
    if not wanted:
        return names
    return [name for name in names[:MOST_SEARCHED] if _holds(maildir, name, wanted)]


def _holds(maildir: Maildir, name: str, wanted: list[str]) -> bool:
    try:
        letter = Letter(maildir.read(name))
    except FileNotFoundError:  # cleared meanwhile
        return False
    headers = "\n".join(header.value for header in letter.headers)
    envelope = " ".join((letter.kept.sender, *letter.kept.recipients))
    text = f"{envelope}\n{headers}\n{letter.text or letter.html}".casefold()
    return all(word in text for word in wanted)
