"""What a proof says above the issue: when, whether it may go, what has changed, how to hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailer.composing import ProofWords
from mailer.language import translator
from mailer.scheduling.agenda import Entry
from mailer.scheduling.examining import Nothing, Verdict
from mailer.scheduling.looks import OUR_WORDS, Change, ChangeKind
from mailer.scheduling.rules import ScheduledTime


@dataclass(frozen=True, slots=True)
class Told:
    """A proof in words: the start of its subject, and what stands on top."""

    subject: str
    words: ProofWords


def tell_proof(
    entry: Entry,
    verdict: Verdict,
    changed: Sequence[Change] | None,
    readers: int,
    *,
    title: str,
    locale: str,
    url: str,
) -> Told:
    """The words of one proof; `changed` is None where no proof came before."""
    language = translator(locale)
    _ = language.gettext
    when = language.format_datetime(entry.opens, entry.time.local.tzinfo, "full")  # type: ignore[arg-type]
    if isinstance(verdict, Nothing):
        headline = _("%(title)s: no issue is ready for %(when)s", title=title, when=when)
        reasons: list[tuple[str, Sequence[str]]] = [
            (_("Why"), [verdict.why]),
            (_("What to do"), [_("Set «status: ready» in an issue's front matter before then.")]),
        ]
        return Told(headline, ProofWords(headline, reasons))
    number = verdict.issue.number
    parts: list[tuple[str, Sequence[str]]] = [_check(verdict, locale)]
    if changed is not None:
        parts.append((_("Since the last proof"), _changes(changed, locale)))
    copies = language.ngettext(
        "To one reader as things stand.", "To %(count)s readers as things stand.", readers
    )
    parts.append(
        (
            _("What follows is the issue as readers will get it"),
            [copies, _("Its personal links act on nobody.")],
        )
    )
    headline = _("%(title)s #%(number)s leaves on %(when)s", title=title, number=number, when=when)
    button = _("Hold this issue")
    subject = _("[Proof, %(when)s]", when=_short(entry.time, locale))
    return Told(subject, ProofWords(headline, parts, button, url))


def _check(verdict: Verdict, locale: str) -> tuple[str, Sequence[str]]:
    _ = translator(locale).gettext
    assert not isinstance(verdict, Nothing)
    findings = [f"{_(one.severity)}: {one}" for one in verdict.findings]
    why = getattr(verdict, "why", "")
    if why:
        hard = any(one.severity == "hard" for one in verdict.findings)
        return _("The check: it will be HELD, not sent"), findings if hard else [why, *findings]
    if findings:
        return _("The check: nothing stops it"), findings
    return _("The check: nothing stops it"), [_("No remarks.")]


def _changes(changed: Sequence[Change], locale: str) -> Sequence[str]:
    _ = translator(locale).gettext
    words = {
        ChangeKind.CHANGED: _("changed: %(part)s"),
        ChangeKind.ADDED: _("new: %(part)s"),
        ChangeKind.REMOVED: _("removed: %(part)s"),
        ChangeKind.MOVED: _("in another order: %(part)s"),
    }
    told = [words[one.kind] % {"part": _part(one.part, locale)} for one in changed]
    return told or [_("Nothing has changed.")]


def _part(name: str, locale: str) -> str:
    """A part as the editors call it: its own title, or our word for what has none."""
    word, mark, edition = name.partition(" [")
    return f"{translator(locale).gettext(word)}{mark}{edition}" if word in OUR_WORDS else name


def _short(time: ScheduledTime, locale: str) -> str:
    language = translator(locale)
    return language.format_date(time.day, "EEE d MMM")
