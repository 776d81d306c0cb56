"""Issues whose mails have a certain size on the wire."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mailer.address import Address
from mailer.campaigns import Prepared, launch, prepare
from mailer.composing import FrozenMail, Mail, Reader
from mailer.config import Workspace
from mailer.rendering import Layout, Static, Value
from mailer.store import Store

ROOT = Path(__file__).resolve().parents[1]
PLAIN = Path(__file__).with_name("plain")
_NUMBERS = {"2kB": 9002, "10kB": 9010, "60kB": 9060}
_SENTENCE = (
    "Café n° {n} : rien ne se perd, ni l’accent de l’été, ni l’espace avant le deux-points. "
)
_FRONT = """\
---
number: {number}
list: cafe
locale: fr
title: "Une lettre de {name}"
subject: "☕️ Le Café – une lettre de {name} 🪶"
preheader: "Pour mesurer."
date: 2026-11-20
status: ready
---

"""


@dataclass(frozen=True, slots=True)
class Size:
    """One of the sizes we measure."""

    name: str
    octets: int
    """On the wire, headers and all."""

    @property
    def issue(self) -> str:
        """What `mailer send` is told."""
        return "cafe-386" if self.is_sample else self.name

    @property
    def is_sample(self) -> bool:
        """Whether it is the sample publisher's own issue, in its own template."""
        return self.name not in _NUMBERS

    @property
    def environment(self) -> Mapping[str, str]:
        """What `mailer send` needs to be told beside."""
        return {} if self.is_sample else {"MAILER_LISTS__CAFE__TEMPLATE": "plain"}


SIZES = (Size("2kB", 2_000), Size("10kB", 10_000), Size("60kB", 60_000), Size("100kB", 100_000))


def write_issues(folder: Path) -> None:
    """The issues of our own sizes, each in its folder, and the sample's beside them."""
    folder.mkdir(parents=True)
    (folder / "cafe-386").symlink_to(ROOT / "issues" / "cafe-386")
    for name, number in _NUMBERS.items():
        (folder / name).mkdir()
        _write(folder / name, name, number, "")


def fit_issues(workspace: Workspace) -> None:
    """Give each issue the text that makes its mail as long as its name says."""
    for size in SIZES:
        if not size.is_sample:
            _fit(workspace, size)


def wire_size(prepared: Prepared) -> int:
    """Octets of one reader's copy."""
    return len(Mail(_mail(prepared)).wire(_reader(prepared)))


def launch_ahead(workspace: Workspace, store: Store, size: Size) -> int:
    """Launch the smallest mail without MJML's skeleton, which alone has 1.3 kB; its octets.

    `mailer send` then finds a campaign to go on with, as after an interruption.
    """
    prepared = prepare(workspace, workspace.issues / size.issue)
    frozen = _bare(_mail(prepared), "")
    frozen = _bare(frozen, "é" * ((size.octets - _length(frozen, prepared)) // 6))
    plan = replace(prepared.plan(500), mails={frozen.locale: frozen.to_json()})
    with store.write() as connection:
        launch(connection, plan, share_id=secrets.token_urlsafe(9), now=datetime.now(UTC))
    return _length(frozen, prepared)


def _bare(frozen: FrozenMail, filling: str) -> FrozenMail:
    html = Layout(
        (
            Static(f"<p>{filling}</p>\n<a href="),
            Value("links.unsubscribe", "href"),
            Static(">Se désinscrire</a>\n"),
        )
    )
    text = Layout((Value("links.unsubscribe", "text"), Static("\n")))
    return replace(frozen, html=html, text=text)


def _fit(workspace: Workspace, size: Size) -> None:
    """The size grows with the text in a straight line, so a few steps are enough."""
    folder = workspace.issues / size.issue

    def measure(sentences: int) -> int:
        text = _paragraphs(sentences)
        _write(folder, size.name, _NUMBERS[size.name], text)
        return wire_size(prepare(workspace, folder))

    _approach(measure, size.octets)


def _approach(measure: Callable[[int], int], wanted: int) -> None:
    few, many = 1, 11
    at_few, at_many = measure(few), measure(many)
    for _ in range(3):
        slope = (at_many - at_few) / (many - few)
        few, at_few = many, at_many
        many = max(1, round(few + (wanted - at_few) / slope))
        if many == few:
            return
        at_many = measure(many)


def _paragraphs(sentences: int) -> str:
    lines = [_SENTENCE.format(n=n) for n in range(1, sentences + 1)]
    return "\n\n".join("".join(lines[at : at + 5]) for at in range(0, len(lines), 5))


def _write(folder: Path, name: str, number: int, text: str) -> None:
    front = _FRONT.format(number=number, name=name)
    (folder / "issue.md").write_text(front + (text or "Bonjour."), encoding="utf-8")


def _mail(prepared: Prepared) -> FrozenMail:
    return prepared.draft.editions[prepared.draft.locale]


def _length(frozen: FrozenMail, prepared: Prepared) -> int:
    return len(Mail(frozen).wire(_reader(prepared)))


def _reader(prepared: Prepared) -> Reader:
    base, token = prepared.frame.base_url, "A" * 22
    return Reader(
        address=Address("reader1234", "domain33.example"),
        name="Anne Le Goff-1234",
        first_name="Anne",
        locale="fr",
        unsubscribe=f"{base}/u/{token}",
        preferences=f"{base}/p/{token}",
        view=f"{base}/v/{token}",
        share=f"{base}/s/{'A' * 12}",
        subscribe=f"{base}/s/{'A' * 12}#subscribe",
        message_id=f"<{'a' * 28}@cafe.example>",
        date=datetime(2026, 11, 20, tzinfo=UTC),
    )
