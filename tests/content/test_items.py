"""Briefs and events: list items with a meaning of their own."""

from __future__ import annotations

from pathlib import Path

from content.issues import png, section
from mailer.content import Brief, Event


def brief(folder: Path, item: str, **files: bytes) -> Brief:
    found = section(folder, f"{{.briefs}}\n## Brèves\n\n### Outils\n\n{item}\n", **files)
    ((only,),) = (group.briefs for group in found.groups)
    return only


def event(folder: Path, item: str) -> Event:
    (only,) = section(folder, f"{{.events}}\n## Agenda\n\n{item}\n").events
    return only


def test_a_briefs_first_line_is_its_title_when_more_follow(tmp_path: Path) -> None:
    found = brief(
        tmp_path, "- Un *rabot* !\n  Il lit.\n  Il montre.\n  👉 [rabot](https://a.example)"
    )
    assert found.title_html == "Un <em>rabot</em>\u202f!"
    assert found.html == "<p>Il lit.<br>\nIl montre.</p>", "line ends inside an item count"
    assert found.source_html == '<a href="https://a.example">rabot</a>'


def test_a_brief_of_one_line_has_no_title(tmp_path: Path) -> None:
    found = brief(tmp_path, "- À voir : [ceci](https://a.example).")
    assert (found.title_html, found.source_html) == ("", "")
    assert found.html == '<p>À voir\u00a0: <a href="https://a.example">ceci</a>.</p>'


def test_the_source_may_begin_with_either_sign(tmp_path: Path) -> None:
    for sign in ("👉", "👉🏽", "→", "👉\ufe0f"):
        assert brief(tmp_path, f"- Titre\n  Texte.\n  {sign} La source").source_html == "La source"


def test_the_source_may_stand_in_a_paragraph_of_its_own(tmp_path: Path) -> None:
    found = brief(tmp_path, "- Titre\n\n  Texte.\n\n  - sous-point\n\n  → Source")
    assert found.title_html == "Titre"
    assert found.html == "<p>Texte.</p>\n<ul>\n<li>sous-point</li>\n</ul>"
    assert found.source_html == "Source"


def test_only_the_last_line_is_a_source(tmp_path: Path) -> None:
    found = brief(tmp_path, "- Titre\n  👉 ici\n  puis là")
    assert found.source_html == ""
    assert found.html == "<p>👉 ici<br>\npuis là</p>"


def test_a_title_and_a_source_need_no_text_between(tmp_path: Path) -> None:
    found = brief(tmp_path, "- Titre\n  👉 Source")
    assert (found.title_html, found.html, found.source_html) == ("Titre", "", "Source")


def test_bold_over_a_whole_title_is_left_to_the_template(tmp_path: Path) -> None:
    assert brief(tmp_path, "- **Titre : un**\n  Texte").title_html == "Titre\u00a0: un"
    assert brief(tmp_path, "- **Un** et **deux**\n  Texte").title_html == (
        "<strong>Un</strong> et <strong>deux</strong>"
    )


def test_a_picture_and_a_button_may_stand_on_lines_of_an_item(tmp_path: Path) -> None:
    found = brief(
        tmp_path,
        '- Titre\n  Avant.\n  ![Plan](plan.png "Légende")\n  Après.\n'
        "  [Lire](https://a.example){.button}",
        plan__png=png(),
    )
    assert found.html == (
        '<p>Avant.</p>\n<figure><img src="image:plan.png" alt="Plan" width="8" height="4">'
        "<figcaption>Légende</figcaption></figure>\n<p>Après.</p>\n"
        '<p class="button"><a href="https://a.example">Lire</a></p>'
    )


def test_prose_around_briefs_keeps_its_place(tmp_path: Path) -> None:
    found = section(
        tmp_path,
        "{.briefs}\n## Brèves\n\nIntro.\n\n- Un\n\nEntre.\n\n- Deux\n\n### Outils\n\nChapô.\n\n"
        "- Trois\n- Quatre\n\nFin.\n\n### Vide\n",
    )
    assert found.html == "<p>Intro.</p>"
    assert [(group.title_html, group.html, len(group.briefs)) for group in found.groups] == [
        ("", "", 1),
        ("", "<p>Entre.</p>", 1),
        ("Outils", "<p>Chapô.</p>", 2),
        ("", "<p>Fin.</p>", 0),
        ("Vide", "", 0),
    ]


def test_briefs_of_two_markers_are_two_lists_of_one_group(tmp_path: Path) -> None:
    found = section(tmp_path, "{.briefs}\n## B\n\n### Outils\n\n- Un\n\n* Deux\n\n1. Trois\n")
    assert sum(len(group.briefs) for group in found.groups) == 3


def test_an_event_says_when_where_who_and_how_to_get_there(tmp_path: Path) -> None:
    wanted = Event(
        title_html="Atelier",
        when="jeudi 26\u00a0novembre, 9\u00a0h\u00a030",
        where="Rennes",
        who="<em>ouvert</em> à tous",
        link="https://xn--caf-dma.example/p?a=1&b=2",
        html="<p>Venez.<br>\nVraiment\u202f!</p>",
    )
    french = (
        "- Atelier\n  Quand : jeudi 26 novembre, 9 h 30\n  où : Rennes\n  Venez.\n"
        "  qui: *ouvert* à tous\n  lien : https://café.example/p?a=1&b=2\n  Vraiment !"
    )
    english = (
        "- **Atelier**\n  when: jeudi 26 novembre, 9 h 30\n  where: Rennes\n"
        "  who: *ouvert* à tous\n  link: [ici](https://café.example/p?a=1&b=2)\n\n"
        "  Venez.\n  Vraiment !"
    )
    assert event(tmp_path, french) == wanted
    assert event(tmp_path, english) == wanted


def test_all_but_an_events_title_may_be_missing(tmp_path: Path) -> None:
    assert event(tmp_path, "- Salon, sans date") == Event(title_html="Salon, sans date")
    assert event(tmp_path, "- Salon\n  quand :\n  lien : <mailto:a@b.example>") == Event(
        title_html="Salon", link="mailto:a@b.example"
    )


def test_events_may_be_grouped_and_framed_by_prose(tmp_path: Path) -> None:
    found = section(
        tmp_path,
        "{.events}\n## Agenda\n\nIntro.\n\n- A\n- B\n\nPuis.\n\n- C\n\n### Rennes\n\n- D\n\nFin.\n",
    )
    assert (found.html, len(found.events)) == ("<p>Intro.</p>", 2)
    assert [(part.kind, part.title, part.html, len(part.events)) for part in found.parts] == [
        ("events", "", "<p>Puis.</p>", 1),
        ("events", "Rennes", "", 1),
        ("free", "", "<p>Fin.</p>", 0),
    ]
