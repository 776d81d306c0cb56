"""An issue's links are numbered by place, and lead where its own table says."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from composing.issues import BASE, FRAME, MARIE, draft, edition, issue, section, templates
from mailer.composing import Link, Mail, compile_issue
from mailer.content import Brief, Event, Group
from mailer.rendering import parse_html

A = '<a href="https://a.example/?x=1&amp;y=2">un</a>'
B = '<a href="https://b.example/é">deux</a>'


def hrefs(html: str) -> list[str]:
    links = [e.attributes["href"] for e in parse_html(html).walk() if e.name == "a"]
    return [href for href in links if "/c/" in href or not href.startswith(BASE)]


def test_links_are_numbered_by_place_over_all_editions_the_main_one_first(tmp_path: Path) -> None:
    both = issue(edition(section(f"<p>{A} {B} {A}</p>")), edition(section(B), locale="en"))
    made = compile_issue(both, templates(tmp_path), FRAME)
    assert made.links == (
        Link(1, "https://a.example/?x=1&y=2", "fr", "un"),
        Link(2, "https://b.example/é", "fr", "deux"),
        Link(3, "https://b.example/é", "en", "deux"),
    )
    place = f"{BASE}/c/cafe-386"
    french = Mail(made.editions["fr"])
    assert hrefs(french.html(MARIE)) == [f"{place}/1", f"{place}/2", f"{place}/1"]
    assert hrefs(Mail(made.editions["en"]).html(MARIE)) == [f"{place}/3"]
    assert "un [1] deux [2] un [1]\n" in french.text(MARIE)
    assert f"[1] {place}/1\n[2] {place}/2\n" in french.text(MARIE)
    assert f"[3] {place}/3\n" in Mail(made.editions["en"]).text(MARIE)


def test_places_mail_addresses_and_telephones_are_left_alone(tmp_path: Path) -> None:
    own = ["#plus-bas", "mailto:a@b.example?subject=x", "tel:+33100000000"]
    html = "".join(f'<a href="{href}">x</a>' for href in own)
    made = draft(tmp_path, section(html))
    assert made.links == ()
    assert hrefs(Mail(made.editions["fr"]).html(MARIE)) == own


def test_links_are_found_wherever_a_section_holds_html(tmp_path: Path) -> None:
    held = section(
        "<p>note</p>",
        sources=Markup('<a href="https://s.example">source</a>'),
        groups=(Group(briefs=(Brief(source_html=Markup('<a href="https://g.example">g</a>')),)),),
        events=(Event(title_html=Markup("Salon"), link="https://e.example"),),
        parts=(section('<a href="https://p.example">p</a>'),),
    )
    made = draft(tmp_path, held)
    assert {(link.url, link.label) for link in made.links} == {
        ("https://s.example", "source"),
        ("https://g.example", "g"),
        ("https://e.example", "Salon"),
        ("https://p.example", "p"),
    }
    assert [link.n for link in made.links] == [1, 2, 3, 4]


def test_pictures_are_served_from_our_own_address(tmp_path: Path) -> None:
    html = '<img src="image:photos/été 1.png" width="320" height="200" alt="L’été">'
    shown = Mail(draft(tmp_path, section(html)).editions["fr"]).html(MARIE)
    [image] = [e for e in parse_html(shown).walk() if e.name == "img"]
    assert image.attributes["src"] == f"{BASE}/i/cafe-386/photos/%C3%A9t%C3%A9%201.png"
    assert (image.attributes["width"], image.attributes["alt"]) == ("320", "L’été")


def test_every_reader_gets_the_same_content_links(tmp_path: Path) -> None:
    from dataclasses import replace

    made = Mail(draft(tmp_path, section(f"<p>{A} {B}</p>")).editions["fr"])
    other = replace(MARIE, name="Zoé", unsubscribe=f"{BASE}/u/other")
    assert hrefs(made.html(MARIE)) == hrefs(made.html(other))


def test_a_picture_wider_than_the_column_is_shown_as_wide_as_the_column(tmp_path: Path) -> None:
    """In a table a browser gives a picture its full width before it asks for max-width."""
    wide = '<img src="image:tasse.png" width="1200" height="640" alt="x">'
    small = '<img src="image:logo.png" width="80" height="40" alt="x">'
    made = draft(tmp_path, section(f"<p>{wide}{small}</p>"))
    images = [
        (e.attributes["width"], e.attributes["height"])
        for e in parse_html(Mail(made.editions["fr"]).html(MARIE)).walk()
        if e.name == "img"
    ]
    assert images == [("540", "288"), ("80", "40")]
