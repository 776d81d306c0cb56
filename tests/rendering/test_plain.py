"""The text part is one that a person enjoys reading."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.rendering import HOLE_CLOSE, HOLE_OPEN, Notes, columns, html_to_text, wrapped

LONG = (
    "Un paragraphe assez long pour que la ligne ne suffise pas à le contenir en entier, loin de là."
)


def lines(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un</p><p>Deux<br>trois</p>", "Un\n\nDeux\ntrois"),
        ("<h2>Titre</h2><p>a</p>", "Titre\n=====\n\na"),
        ("<h3>Sous-titre</h3>", "Sous-titre\n----------"),
        ("<h4>Encore</h4>", "Encore\n~~~~~~"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<ol start='9'><li>a</li><li>b</li></ol>", " 9. a\n10. b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<p>a</p><hr><p>b</p>", "a\n\n" + " " * 33 + "* * *\n\nb"),
        ("<pre>a\n  b</pre>", "    a\n      b"),
        ("<figure><img src='x' alt='Une tasse'><figcaption>Bleue</figcaption></figure>",
         "[Une tasse]\nBleue"),
        ("<p>a<img src='x' alt=''>b</p>", "ab"),
        ("<p class='button'><a href='https://a.example'>Lire</a></p>", "→ Lire [1]"),
        ("<p>Écrire à <a href='mailto:a@b.example?subject=x'>Zoé</a></p>",
         "Écrire à Zoé (a@b.example)"),
        ("<p><a href='mailto:a@b.example'>a@b.example</a></p>", "a@b.example"),
        ("<p><a href='#plus'>plus bas</a></p>", "plus bas"),
        ("<p>a &amp; b &lt;c&gt;</p>", "a & b <c>"),
        ("<p>  a\n  b </p>\n", "a b"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_html_says_stays_readable(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_links_are_numbered_where_they_stand_and_the_same_one_alike() -> None:
    notes = Notes()
    text = html_to_text(
        "<p><a href='https://a.example'>un</a>, <a href='https://b.example'>deux</a>, "
        "<a href='https://a.example'>encore un</a></p>",
        links=notes,
    )
    assert text == "un [1], deux [2], encore un [1]"
    assert [(note.number, note.url) for note in notes] == [
        (1, "https://a.example"),
        (2, "https://b.example"),
    ]


def test_a_settled_number_is_kept_and_others_take_the_next() -> None:
    notes = Notes({"https://a.example": 7})
    html = "<a href='https://b.example'>b</a> <a href='https://a.example'>a</a>"
    assert html_to_text(html, links=notes) == "b [8] a [7]"
    assert [note.number for note in notes] == [7, 8]


def test_no_line_is_longer_than_72_columns() -> None:
    html = f"<p>{LONG * 3}</p><ul><li>{LONG}<ol><li>{LONG}</li></ol></li></ul>"
    html += f"<blockquote><p>{LONG}</p></blockquote><h2>{LONG}</h2>"
    assert max(map(columns, html_to_text(html).split("\n"))) <= 72


def test_a_number_stays_with_its_words_and_no_break_spaces_do_not_break() -> None:
    html = f"<p>{'x' * 66} <a href='https://a.example'>lien</a></p>"
    assert html_to_text(html) == f"{'x' * 66}\nlien [1]"
    assert html_to_text(f"<p>{'x' * 66} ouvert\u00a0: «\u202foui\u202f»</p>") == (
        f"{'x' * 66}\nouvert\u00a0: «\u202foui\u202f»"
    )


def test_a_small_table_keeps_its_columns() -> None:
    html = "<table><thead><tr><th>Nom</th><th>Prix</th></tr></thead><tbody><tr><td>Café ☕️</td>"
    html += "<td>2 €</td></tr><tr><td>Thé</td><td>10 €</td></tr></tbody></table>"
    assert html_to_text(html) == lines(
        """
        Nom      Prix
        -------  ----
        Café ☕️  2 €
        Thé      10 €
        """
    )


def test_a_wide_table_is_told_row_by_row() -> None:
    html = "<table><tr><th>Quoi</th><th>Pourquoi</th></tr>"
    html += f"<tr><td>A</td><td>{LONG}</td></tr><tr><td>B</td><td>b</td></tr></table>"
    told = html_to_text(html)
    assert told.startswith("Quoi: A\nPourquoi: Un paragraphe assez long")
    assert told.endswith("\n\nQuoi: B\nPourquoi: b")


def test_a_personal_field_stays_whole_and_counts_as_a_name() -> None:
    hole = f"{HOLE_OPEN}first_name{HOLE_CLOSE}"
    assert columns(hole) == 12
    assert hole in html_to_text(f"<p>{'mot ' * 16}{hole}, bonjour</p>")


def test_emoji_of_every_composition_count_as_they_show() -> None:
    assert [columns(text) for text in ("☕️", "👩🏽\u200d💻", "é", "e\u0301", "漢字")] == [
        2,
        6,
        1,
        1,
        4,
    ]


def test_an_indent_begins_every_line_that_says_something() -> None:
    assert html_to_text("<p>a</p><p>b</p>", indent="  ") == "  a\n\n  b"


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Co"]), min_size=1)


@given(st.lists(words, min_size=1), st.integers(10, 80))
def test_wrapping_keeps_every_word_in_order(texts: list[str], width: int) -> None:
    told = wrapped(" ".join(texts), width=width)
    assert told.split() == " ".join(texts).split()
    for line in told.split("\n"):
        assert columns(line) <= width or " " not in line
