"""Issues, frames, readers and templates as small as a test of composing needs them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from mailer.address import Address
from mailer.composing import Draft, Frame, Mail, Reader, compile_issue
from mailer.content import HOLE_CLOSE, HOLE_OPEN, Edition, Issue, Section
from mailer.rendering import Templates

BASE = "http://127.0.0.1:8025"
SUBJECT = "RnD ☕️ – #386\u00a0: images, la création…"
SENT = dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Box:
    """A mailbox, as config would hand it in."""

    name: str
    address: str


FRAME = Frame(
    list_key="cafe",
    title="Le Café",
    sender=Box("Le Café", "cafe@cafe.example"),
    reply_to=Box("La rédaction", "redaction@cafe.example"),
    list_id="cafe.cafe.example",
    postal_address="12 rue des Lilas,\n75011 Paris",
    contact="bonjour@cafe.example",
    privacy_url=f"{BASE}/vie-privee",
    base_url=BASE,
    locale="fr",
    timezone="Europe/Paris",
    archive=f"{BASE}/archive/cafe",
)

MARIE = Reader(
    address=Address.parse("marie@lecteurs.example"),
    name="Marie Durand",
    first_name="Marie",
    locale="fr",
    unsubscribe=f"{BASE}/u/k1.abc",
    preferences=f"{BASE}/p/k1.abc",
    view=f"{BASE}/v/k1.abc",
    share=f"{BASE}/s/abc",
    subscribe=f"{BASE}/subscribe/cafe",
    message_id="<0123456789abcdef@cafe.example>",
    date=SENT,
)

MJML = """\
<mjml lang="{{ lang }}" dir="{{ dir }}">
  <mj-head>
    <mj-title>{{ issue.title }}</mj-title>
    <mj-preview>{{ issue.preheader }} [[ subscriber.first_name ]]</mj-preview>
    <mj-raw><meta name="color-scheme" content="light dark"></mj-raw>
    <mj-style inline="inline">p { margin: 0; }</mj-style>
  </mj-head>
  <mj-body>
    [% if test %]<mj-section><mj-column><mj-text>TEST</mj-text></mj-column></mj-section>[% endif %]
    <mj-section><mj-column>
      <mj-text>
        <h1>{{ issue.title }}</h1>
        <p title="[[ subscriber.name ]]">{{ _("Hello") }} [[ subscriber.name or "vous" ]],</p>
        <!--[if mso]><b>[[ subscriber.name ]]</b><![endif]-->
        [% if links.view %]<a href="[[ links.view ]]">{{ _("View online") }}</a>[% endif %]
        {% for section in issue.sections %}
        {% if section.shows_title %}
        <h2 id="{{ section.anchor }}">{{ section.title_html }}</h2>
        {% endif %}
        {{ section.html }}
        {% endfor %}
      </mj-text>
      <mj-table>
        <tr><th>Ville</th></tr>
        [% if subscriber.attributes.city == "Lyon" %]<tr><td>Lyon</td></tr>
        [% elif subscriber.attributes.city %]<tr><td>[[ subscriber.attributes.city ]]</td></tr>
        [% else %]<tr><td>nulle part</td></tr>[% endif %]
      </mj-table>
      <mj-text>
        <p>{{ list.title }}, {{ list.postal_address }}</p>
        <p><a href="{{ list.privacy_url }}">{{ _("Privacy notice") }}</a></p>
        [% if links.unsubscribe %]
        <p><a href="[[ links.unsubscribe ]]">{{ _("Unsubscribe") }}</a></p>
        [% endif %]
        <p>[[ subscriber.email ]]</p>
      </mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>
"""

TEXT = """\
[% if test %]
TEST
[% endif %]
{{ issue.title|rule }}

[[ subscriber.name or "vous" ]],
{% for section in issue.sections %}

{{ section.html|text }}
{% endfor %}

[[ subscriber.attributes.city ]][% if not subscriber.attributes.city %]nulle part[% endif %]

{{ list.title }}
{{ list.postal_address }}
{{ list.privacy_url }}
[% if links.unsubscribe %]
[[ links.unsubscribe ]]
[% endif %]
{% for note in notes %}
[{{ note.number }}] {{ note.url }}
{% endfor %}
"""


def hole(field: str) -> str:
    """A personal field, as content writes it."""
    return f"{HOLE_OPEN}{field}{HOLE_CLOSE}"


def section(html: str, title: str = "", **fields: object) -> Section:
    """A section of an issue."""
    anchor = title.lower().replace(" ", "-")
    made = Section(
        "article", title=title, title_html=Markup(title), anchor=anchor, html=Markup(html)
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def edition(*sections: Section, locale: str = "fr", **fields: object) -> Edition:
    """An edition in one language."""
    name = "issue.md" if locale == "fr" else f"issue.{locale}.md"
    made = Edition(
        locale=locale,
        title="RnD ☕️ – #386",
        subject=SUBJECT,
        preheader="Ce que contient ce numéro",
        file=Path("issues/cafe-386") / name,
        sections=sections,
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def issue(*editions: Edition, **fields: object) -> Issue:
    """Number 386, ready."""
    made = Issue(
        number=386,
        list="cafe",
        locale=editions[0].locale,
        date=dt.date(2026, 11, 20),
        status="ready",
        folder=Path("issues/cafe-386"),
        editions={each.locale: each for each in editions},
        digest="0" * 64,
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def templates(folder: Path, *, mjml: str = MJML, text: str = TEXT) -> Templates:
    """The test's templates, or its own."""
    (folder / "issue.mjml").write_text(mjml, encoding="utf-8")
    (folder / "issue.txt").write_text(text, encoding="utf-8")
    return Templates(folder)


def draft(folder: Path, *sections: Section, frame: Frame = FRAME, **fields: object) -> Draft:
    """The draft of an issue with one edition."""
    return compile_issue(issue(edition(*sections, **fields)), templates(folder), frame)


def mail(folder: Path, *sections: Section, **fields: object) -> Mail:
    """The one mail of that draft."""
    return Mail(draft(folder, *sections, **fields).editions["fr"])
