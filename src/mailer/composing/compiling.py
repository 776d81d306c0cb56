"""An issue becomes a draft: one frozen mail a language, and the table of its links.

What templates see in stage one:

    issue   number, date, locale, title, subject, preheader, sections, editions (all locales)
    list    the Frame: title, postal_address, contact, privacy_url, description, base_url, …
    _, ngettext, format_date, lang, dir, and in text files `text`, `wrap`, `rule`, `notes`

The files are `issue.mjml` and `issue.txt` of the template's folder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from mailer.composing.frame import Frame
from mailer.composing.frozen import Box, FrozenMail, Headers
from mailer.composing.links import Link, number_links
from mailer.content import Edition, Issue, Section
from mailer.errors import Where
from mailer.message import boundary_for, check_text
from mailer.rendering import Arm, Branch, Layout, Node, Notes, Static, Templates


@dataclass(frozen=True, slots=True)
class IssueView:
    """An edition of an issue, as templates see it."""

    number: int
    date: dt.date | None
    locale: str
    title: str
    subject: str
    preheader: str
    sections: tuple[Section, ...]
    editions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A compiled issue: a mail for each language, main one first, and where its links lead."""

    number: int
    list: str
    digest: str
    frame: Frame
    editions: Mapping[str, FrozenMail]
    links: tuple[Link, ...]

    @property
    def locale(self) -> str:
        """The main edition's language."""
        return next(iter(self.editions))


def compile_issue(issue: Issue, templates: Templates, frame: Frame) -> Draft:
    """Compile every edition; raises TemplateError, BodyError, HeaderError."""
    linked = number_links(issue, frame.base_url)
    editions = {
        locale: _compile_edition(
            linked.issue, edition, templates, frame, Notes(linked.numbers[locale])
        )
        for locale, edition in linked.issue.editions.items()
    }
    return Draft(issue.number, issue.list, issue.digest, frame, editions, linked.links)


def _compile_edition(
    issue: Issue, edition: Edition, templates: Templates, frame: Frame, notes: Notes
) -> FrozenMail:
    view = IssueView(
        number=issue.number,
        date=issue.date,
        locale=edition.locale,
        title=edition.title,
        subject=edition.subject,
        preheader=edition.preheader,
        sections=edition.sections,
        editions=tuple(issue.editions),
    )
    context = {"issue": view, "list": frame}
    name = f"{issue.list}-{issue.number}"
    return FrozenMail(
        locale=edition.locale,
        headers=Headers(
            sender=_box(frame.sender.name, frame.sender.address),
            reply_to=_reply_to(frame),
            list_id=frame.list_id,
            list_title=frame.title,
            archive=frame.archive,
            owner=f"mailto:{frame.contact}" if "@" in frame.contact else "",
            feedback_id=f"{name}:{frame.list_key}:issue:{frame.feedback_sender}",
        ),
        subject=marked_test(templates.line(edition.subject, Where(edition.file))),
        html=checked(templates.html("issue", context, locale=edition.locale)),
        text=checked(templates.text("issue", context, locale=edition.locale, notes=notes)),
        boundary=boundary_for(f"{name} {edition.locale}"),
    )


def marked_test(subject: Layout) -> Layout:
    """A subject that begins with [TEST] in a test copy."""
    return Layout((Branch((Arm("test", (Static("[TEST] "),)),)), *subject.nodes))


def checked(layout: Layout) -> Layout:
    """The layout with one line end at its end; raises BodyError for what no body can carry."""
    check_text("".join(_static(layout.nodes)))
    return Layout((*layout.nodes, Static("\n")))


def _static(nodes: tuple[Node, ...]) -> list[str]:
    texts: list[str] = []
    for node in nodes:
        if isinstance(node, Static):
            texts.append(node.text)
        elif isinstance(node, Branch):
            for arm in node.arms:
                texts.extend(_static(arm.nodes))
    return texts


def _reply_to(frame: Frame) -> Box | None:
    return _box(frame.reply_to.name, frame.reply_to.address) if frame.reply_to else None


def _box(name: str, address: str) -> Box:
    return name, address
