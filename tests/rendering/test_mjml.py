"""What mrml gets wrong is put right before a reader sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from mailer.rendering import TemplateError, Templates, parse_html
from rendering.workshop import column, html, page, write

AWKWARD = "é\u00a0\u202f☕️👩🏽‍💻 \\d \"q\" 'a' <b> &amp; ﷺ"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder = tmp_path_factory.mktemp("figures")
    source = page(
        column(
            "<mj-text><p title='{{ a }}'>{{ a }}</p></mj-text><mj-image src='x' alt='{{ a }}' />"
        ),
        head="<mj-title>{{ a }}</mj-title>",
    )
    return Templates(write(folder, issue_mjml=source))


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1))
def test_any_text_comes_through_in_text_title_and_attributes(
    figures: Templates, value: str
) -> None:
    """mrml prints attributes with Rust's escapes, and copies the title into one."""
    check_everywhere(figures, value)


def test_awkward_text_comes_through_in_text_title_and_attributes(figures: Templates) -> None:
    check_everywhere(figures, AWKWARD)


def check_everywhere(figures: Templates, value: str) -> None:
    tree = parse_html(figures.html("issue", {"a": value}).fill({}))
    elements = list(tree.walk())
    assert next(e for e in elements if e.name == "title").text() == value
    paragraph = next(e for e in elements if e.name == "p")
    assert paragraph.text() == paragraph.attributes["title"] == value
    assert next(e for e in elements if e.name == "img").attributes["alt"] == value
    label = next(e for e in elements if "aria-label" in e.attributes)
    assert label.attributes["aria-label"] == value


def test_inline_styles_are_inlined_and_others_stay_in_the_head(tmp_path: Path) -> None:
    head = """
      <mj-style inline="inline">.in p { color: #123456; }</mj-style>
      <mj-style>@media (prefers-color-scheme: dark) { .in p { color: red !important } }</mj-style>
      <mj-raw><meta name="color-scheme" content="light dark"></mj-raw>"""
    source = page(column("<mj-text css-class='in'><p>x</p></mj-text>"), head=head)
    filled = html(tmp_path, source).fill({})
    assert '<p style="color: #123456;">x</p>' in filled
    assert "prefers-color-scheme: dark) { .in p { color: red !important } }" in filled
    assert '<meta name="color-scheme" content="light dark">' in filled


def test_language_and_direction_stand_on_html_and_the_outer_div(tmp_path: Path) -> None:
    write(tmp_path, issue_mjml="<mjml><mj-body></mj-body></mjml>")
    filled = Templates(tmp_path).html("issue", {}, locale="fr").fill({})
    tree = parse_html(filled)
    marked = [e.name for e in tree.walk() if e.attributes.get("lang") == "fr"]
    assert marked == ["html", "div"]
    assert filled.count('dir="ltr"') == 2


def test_no_font_and_no_icon_comes_from_elsewhere(tmp_path: Path) -> None:
    inner = "<mj-text font-family='Lato, Roboto'>x</mj-text>"
    filled = html(tmp_path, page(column(inner))).fill({})
    assert "fonts.googleapis" not in filled
    assert "@import" not in filled
    assert "<link" not in filled


def test_outlooks_comments_stay_and_an_authors_comments_go(tmp_path: Path) -> None:
    inner = (
        "<mj-text><!-- a note to myself --><!--[if mso]>old<![endif]-->"
        "<!--[if !mso]><!-->new<!--<![endif]--></mj-text>"
    )
    filled = html(tmp_path, page(column(inner))).fill({})
    assert "<!--[if mso]>old<![endif]--><!--[if !mso]><!-->new<!--<![endif]-->" in filled
    assert "note to myself" not in filled


def test_html_of_an_issue_that_does_not_balance_is_an_error(tmp_path: Path) -> None:
    source = page(column("<mj-text>{{ a }}</mj-text>"))
    with pytest.raises(TemplateError, match="once filled, </mj-text> closes nothing"):
        html(tmp_path, source, a=Markup("<p>open"))
