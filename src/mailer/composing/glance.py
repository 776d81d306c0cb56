"""An edition at a glance, which is no finding: how long it takes, what a phone's list shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mailer.composing.compiling import Draft
from mailer.composing.copies import copy_for, sample_readers
from mailer.composing.leading import links_written
from mailer.composing.opening import PHONE_PREHEADER, PHONE_SUBJECT, cut
from mailer.composing.written import fragments
from mailer.content import Issue

WORDS_A_MINUTE: Final = 230  # Brysbaert 2019: 238 in English, 214 in French


@dataclass(frozen=True, slots=True)
class Glance:
    """One edition at a glance."""

    locale: str
    words: int
    links: int
    octets: int
    """Of the HTML part."""
    subject: str
    """What a phone's list of mails shows of it."""
    preheader: str

    @property
    def minutes(self) -> int:
        """To read it, at a usual pace; one at least."""
        return max(1, round(self.words / WORDS_A_MINUTE))


def glances(issue: Issue, draft: Draft) -> list[Glance]:
    """Each edition at a glance; raises FillError where a copy cannot be made."""
    return [_glance(issue, draft, locale) for locale in draft.editions]


def _glance(issue: Issue, draft: Draft, locale: str) -> Glance:
    edition, mail = issue.editions[locale], draft.editions[locale]
    reader = sample_readers(draft.frame, locale)[0]
    copy = copy_for(mail.html, mail.text, reader)
    return Glance(
        locale,
        words=sum(len(piece.text.split()) for piece in fragments(edition.sections)),
        links=sum(1 for _ in links_written(edition)),
        octets=len(copy.html.encode()),
        subject=cut(mail.subject.fill(reader.values()), PHONE_SUBJECT),
        preheader=cut(edition.preheader, PHONE_PREHEADER),
    )
