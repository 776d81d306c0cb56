"""A body becomes sections, in the author's order."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from content.issues import BODY_LINE, png, section, sections
from mailer.content import KINDS, Section


def test_what_stands_before_the_first_heading_is_the_note(tmp_path: Path) -> None:
    note, article = sections(tmp_path, "Bonjour.\n\nEt voilà.\n\n## Un article\n\nTexte.\n")
    assert (note.kind, note.title, note.html) == ("note", "", "<p>Bonjour.</p>\n<p>Et voilà.</p>")
    assert (article.kind, article.title, article.html) == (
        "article",
        "Un article",
        "<p>Texte.</p>",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_opened_by_an_attribute_line(tmp_path: Path, kind: str) -> None:
    said = ' advertiser="Oriel"' if kind == "sponsor" else ""
    found = section(tmp_path, f"{{.{kind}{said}}}\n## Le titre\n\nUn texte.\n")
    assert found.kind == kind
    assert "Un texte." in found.html


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_holds_any_markdown(tmp_path: Path, kind: str) -> None:
    said = ' advertiser="Oriel"' if kind == "sponsor" else ""
    body = (
        f"{{.{kind}{said}}}\n## Le titre\n\n#### Sous-titre\n\n> Une citation\n\n"
        '![Un plan](plan.png "Légende | Crédit")\n\n{.button}\n[Lire](https://a.example)\n\n'
        "| A | B |\n| --- | --- |\n| 1 | 2 |\n\n1. un\n   - deux\n     - trois\n"
    )
    found = section(tmp_path, body, plan__png=png())
    groups = found.groups
    briefs = [brief for group in groups for brief in group.briefs]
    everything = "".join(map(str, (part.html for part in (found, *groups, *briefs, *found.events))))
    for piece in ("<blockquote>", "<figure>", 'class="button"', "<table>", "trois</li>", "<h3>"):
        assert piece in everything


def test_sections_keep_the_authors_order(tmp_path: Path) -> None:
    found = sections(
        tmp_path,
        "Note.\n\n{.signoff}\n## Au revoir\n\nA.\n\n{.guest column=compliance}\n## Avis\n\nB.\n\n"
        "{.free}\n## Libre\n\nC.\n",
    )
    assert [one.kind for one in found] == ["note", "signoff", "guest", "free"]
    assert [one.line for one in found] == [BODY_LINE + offset for offset in (0, 3, 8, 13)]


def test_fields_are_read_and_typeset(tmp_path: Path) -> None:
    found = section(
        tmp_path,
        '{.article kicker="Dossier : un" hide_title=true sources="[A](https://a.example) ; *B*"}\n'
        "## Titre\n\nTexte.\n",
    )
    assert found.kicker == "Dossier\u00a0: un"
    assert found.hide_title
    assert found.sources == '<a href="https://a.example">A</a>\u202f; <em>B</em>'


def test_a_quoted_value_may_hold_quotes(tmp_path: Path) -> None:
    found = section(tmp_path, '{.quote attribution="dite \\"la Fine\\""}\n## Q\n\n> Mot.\n')
    assert found.attribution == 'dite "la Fine"'
    assert found.html == "<p>Mot.</p>", "the kind says already that it is a quotation"


def test_a_sponsor_names_its_advertiser(tmp_path: Path) -> None:
    found = section(tmp_path, '{.sponsor advertiser="Papeterie Oriel"}\n## Un carnet\n\nBeau.\n')
    assert found.advertiser == "Papeterie Oriel"


def test_a_guest_writes_in_a_standing_column(tmp_path: Path) -> None:
    found = section(tmp_path, "{.guest column=compliance}\n## Avis\n\nTexte.\n")
    assert found.column is not None
    assert (found.column.key, found.column.blurb) == ("compliance", "Qui\u00a0: elle\u202f!")


def test_a_guest_without_a_column_is_a_guest_of_the_day(tmp_path: Path) -> None:
    assert section(tmp_path, "{.guest}\n## Avis\n\nTexte.\n").column is None


def test_an_events_list_stands_inside_a_guest_column(tmp_path: Path) -> None:
    guest = section(
        tmp_path,
        "{.guest column=compliance}\n## Avis\n\n### 1. Un point\n\nTexte.\n\n"
        "{.events}\n### Agenda\n\n- Salon\n  quand : lundi\n\nÀ bientôt.\n\n"
        "### Pour finir\n\nFin.\n",
    )
    assert guest.html == "<h3>1. Un point</h3>\n<p>Texte.</p>"
    events, after, last = guest.parts
    assert (events.kind, events.title, events.level) == ("events", "Agenda", 3)
    assert [event.title_html for event in events.events] == ["Salon"]
    assert (after.kind, after.title, after.html) == ("free", "", "<p>À bientôt.</p>")
    assert (last.kind, last.title, last.html) == ("free", "Pour finir", "<p>Fin.</p>")
    assert not any(part.parts for part in guest.parts)


def test_the_attribute_line_may_touch_the_text_above_it(tmp_path: Path) -> None:
    note, summary = sections(tmp_path, "Note.\n{.summary}\n## Au menu\n\nTrois choses.\n")
    assert (note.html, summary.kind) == ("<p>Note.</p>", "summary")


def test_rules_at_the_edges_of_a_section_are_left_to_the_template(tmp_path: Path) -> None:
    note, _ = sections(tmp_path, "Un.\n\n---\n\nDeux.\n\n---\n\n## Titre\n\nTexte.\n")
    assert note.html == "<p>Un.</p>\n<hr>\n<p>Deux.</p>"


def test_a_line_of_dashes_is_no_heading(tmp_path: Path) -> None:
    note = section(tmp_path, "Un.\n---\nDeux.\n")
    assert note.html == "<p>Un.</p>\n<hr>\n<p>Deux.</p>"


def levels(found: Section) -> list[int]:
    """The heading levels as a template prints them below the issue's one h1."""
    title = [found.level] if found.shows_title else []
    inner = [int(level) for level in re.findall(r"<h(\d)", found.html)]
    groups = [
        level
        for group in found.groups
        for level in (
            *([found.inner_level] if group.title_html else []),
            *(int(one) for one in re.findall(r"<h(\d)", group.html)),
        )
    ]
    parts = [level for part in found.parts for level in levels(part)]
    return [*title, *inner, *groups, *parts]


@pytest.mark.parametrize(
    "body",
    [
        "##### Cinq\n\n#### Quatre\n\n### Trois\n\n## Deux\n\n#### Quatre\n\n###### Six\n",
        "{hide_title=true}\n## Caché\n\n### Trois\n\n{.events}\n### Agenda\n\n#### Quatre\n\n- A\n",
        "{.briefs}\n## Brèves\n\n### Outils\n\n##### Cinq\n\n- A\n\n### IA\n\n- B\n",
        "{.guest}\n## A\n\n{.quote hide_title=true}\n### B\n\n#### C\n\n### D\n\n##### E\n",
        "> ##### Cinq dans une citation\n\n- #### Quatre dans une liste\n",
    ],
)
def test_no_heading_level_is_skipped_below_the_only_h1(tmp_path: Path, body: str) -> None:
    found = [1, *(level for one in sections(tmp_path, body) for level in levels(one))]
    assert 1 not in found[1:]
    assert all(after <= before + 1 for before, after in itertools.pairwise(found))


def test_anchors_are_ascii_unique_and_stable(tmp_path: Path) -> None:
    body = (
        "Note.\n\n## L’œuvre d’été\n\nA.\n\n## L'œuvre d'été\n\nB.\n\n{#oeuvre}\n## Autre\n\nC.\n\n"
        "## Œuvre\n\nD.\n\n## ☕️\n\nE.\n\n{.briefs}\n## Brèves\n\n### Search & IA 🔎\n\n- F\n"
    )
    found = sections(tmp_path, body)
    assert [one.anchor for one in found] == [
        "note",
        "l-oeuvre-d-ete",
        "l-oeuvre-d-ete-2",
        "oeuvre",
        "oeuvre-2",
        "article",
        "breves",
    ]
    assert found[-1].groups[0].anchor == "search-ia"
    assert sections(tmp_path, body) == found


def test_a_sub_heading_has_a_name_where_the_author_gives_one(tmp_path: Path) -> None:
    found = section(tmp_path, "## A\n\n[Voir](#b)\n\n{#b}\n### B\n\n### C\n")
    assert '<h3 id="b">B</h3>\n<h3>C</h3>' in found.html


def test_comments_are_notes_to_oneself(tmp_path: Path) -> None:
    body = (
        "<!-- À relire\n\n## Pas encore\n-->\n\nBonjour<!-- ou salut --> !\n\n- un\n  <!-- x -->\n"
    )
    assert section(tmp_path, body).html == "<p>Bonjour\u202f!</p>\n<ul>\n<li>un</li>\n</ul>"
