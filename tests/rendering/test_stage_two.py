"""Stage two's tags travel through MJML and CSS inlining, and come out where they were put."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import Markup

from mailer.errors import ManyErrors
from mailer.rendering import HOLE_CLOSE, HOLE_OPEN, TemplateError, Templates, parse_html
from rendering.workshop import column, html, page, text, write

NAME = "[[ subscriber.name ]]"
MARIE = {"subscriber.name": "Marie", "links.view": "https://cafe.example/v?a=1&b=2"}


def test_a_value_is_escaped_for_the_place_it_stands_in(tmp_path: Path) -> None:
    source = page(
        column(f"<mj-text><p title='{NAME}'>{NAME}</p><a href='[[ links.view ]]'>v</a></mj-text>"),
        head=f"<mj-title>{NAME}</mj-title><mj-preview>{NAME}</mj-preview>",
    )
    layout = html(tmp_path, source)
    escapes = [(value.expression, value.escape) for value in layout.holes()]
    assert ("subscriber.name", "attribute") in escapes
    assert ("subscriber.name", "html") in escapes
    assert ("links.view", "href") in escapes
    tree = parse_html(layout.fill({**MARIE, "subscriber.name": 'a"b<c>&amp;'}))
    shown = [element for element in tree.walk() if element.name in ("title", "p", "div", "a")]
    assert next(e for e in shown if e.name == "title").text() == 'a"b<c>&amp;'
    assert next(e for e in shown if "aria-label" in e.attributes).attributes["aria-label"] == (
        'a"b<c>&amp;'
    )
    paragraph = next(e for e in shown if e.name == "p")
    assert (paragraph.attributes["title"], paragraph.text()) == ('a"b<c>&amp;', 'a"b<c>&amp;')
    assert next(e for e in shown if e.name == "a").attributes["href"] == MARIE["links.view"]


def test_tags_in_outlooks_conditional_comments_are_filled(tmp_path: Path) -> None:
    inner = f"<!--[if mso]><b>{NAME}[% if test %]T[% endif %]</b><![endif]-->"
    layout = html(tmp_path, page(column(f"<mj-text>{inner}</mj-text>")))
    filled = layout.fill({"subscriber.name": "A --> B", "test": True})
    assert "<!--[if mso]><b>A --&gt; BT</b><![endif]-->" in filled


def test_a_branch_may_stand_around_rows_columns_sections_and_within_a_wrapper(
    tmp_path: Path,
) -> None:
    """However it is chosen, what comes out is well nested: a parser finds nothing to mend."""
    rows = "[% if test %]<tr><td>A</td></tr>[% else %]<tr><td>B</td></tr>[% endif %]"
    raw = "<mj-raw>[% if test %]<tr><td>C</td></tr>[% endif %]</mj-raw>"
    inner = column(f"<mj-table>{rows}</mj-table>{raw}<mj-text><table>{rows}</table></mj-text>")
    wrapped = f"<mj-wrapper>[% if test %]{column('<mj-text>W</mj-text>')}[% endif %]{inner}"
    source = page(f"[% if not test %]{column('')}[% endif %]{wrapped}</mj-wrapper>")
    layout = html(tmp_path, source)
    for test in (True, False):
        filled = layout.fill({"test": test})
        assert nested(filled), filled
        assert (">W<" in filled) is test
        assert filled.count(">A<") == 2 * test
        assert filled.count(">B<") == 2 * (not test)
        assert filled.count("<!--[if") == filled.count("<![endif]-->")


def nested(document: str) -> bool:
    import css_inline

    again = css_inline.CSSInliner(
        inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False
    ).inline(document)
    return again == document


def test_a_branch_may_stand_within_one_attribute(tmp_path: Path) -> None:
    inner = f'<p title="[% if test %]x[% else %]{NAME}[% endif %]">p</p>'
    layout = html(tmp_path, page(column(f"<mj-text>{inner}</mj-text>")))
    assert 'title="Marie"' in layout.fill(MARIE)
    assert 'title="x"' in layout.fill({"test": True})


def test_a_loop_of_stage_one_multiplies_a_tag(tmp_path: Path) -> None:
    inner = "{% for n in range(3) %}<p>[% if test %]" + NAME + "[% endif %]{{ n }}</p>{% endfor %}"
    layout = html(tmp_path, page(column(f"<mj-text>{inner}</mj-text>")))
    filled = layout.fill({**MARIE, "test": True})
    assert [f"Marie{n}" in filled for n in range(3)] == [True] * 3


def test_a_block_tag_alone_on_a_line_of_text_takes_the_line_with_it(tmp_path: Path) -> None:
    layout = text(tmp_path, "a\n[% if test %]\n  b\n[% endif %]\nc [% if test %]d[% endif %]\ne\n")
    assert layout.fill({"test": True}) == "a\n  b\nc d\ne\n"
    assert layout.fill({}) == "a\nc \ne\n"


def test_a_personal_field_of_an_issue_becomes_the_same_kind_of_hole(tmp_path: Path) -> None:
    hole = f"{HOLE_OPEN}first_name{HOLE_CLOSE}"
    write(
        tmp_path,
        issue_mjml=page(
            column("<mj-text>{{ html }}</mj-text>"), head="<mj-title>{{ t }}</mj-title>"
        ),
        issue_txt="{{ html | text }} {{ t }}",
    )
    templates = Templates(tmp_path)
    context = {"html": Markup(f"<p>Bonjour {hole} !</p>"), "t": hole}
    values = {"subscriber.first_name": "<Zoé>"}
    assert "<p>Bonjour &lt;Zoé&gt; !</p>" in templates.html("issue", context).fill(values)
    assert templates.text("issue", context).fill(values) == "Bonjour <Zoé> ! <Zoé>\n"


@pytest.mark.parametrize("literal", ["{{ 1 }}", "{% if %}", "{# x #}", "[[ name ]]", "[% for %]"])
def test_both_stages_signs_stay_literal_in_an_issue(tmp_path: Path, literal: str) -> None:
    write(tmp_path, issue_mjml=page(column("<mj-text>{{ a }}</mj-text>")), issue_txt="{{ a }}")
    templates = Templates(tmp_path)
    assert literal in templates.html("issue", {"a": literal}).fill({})
    assert literal in templates.text("issue", {"a": literal}).fill({})


def test_a_backslash_writes_stage_twos_signs_in_a_template(tmp_path: Path) -> None:
    assert text(tmp_path, r"\[[ x ]] \[% y %]").fill({}) == "[[ x ]] [% y %]\n"


BODY = "<mj-section><mj-column><mj-text>\n%s\n</mj-text></mj-column></mj-section>"


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("[% for a in b %]", "issue.mjml:3: [% for %] is not for the second stage"),
        ("[% set a = 1 %]", "issue.mjml:3: [% set %] is not for the second stage"),
        ("[[ subscriber.nme ]]", "issue.mjml:3: [[ subscriber.nme ]]: there is no"),
        ("[[ subscriber.name | upper ]]", "a filter"),
        ("[% if test %]", "issue.mjml:3: [% if %] without its [% endif %]"),
        ("[% endif %]", "issue.mjml:3: [% endif %] without an [% if %]"),
        ("[% if test %][% else %][% else %][% endif %]", "[% else %] after [% else %]"),
        ("[[ subscriber.name", "issue.mjml:3: [[ is not closed on its line"),
        ("[[ subscriber.name %]", "begins with [[ and ends otherwise"),
        ("<a href='[[ subscriber.email ]]'>x</a>", "issue.mjml:3: [[ subscriber.email ]] cannot"),
        ("<a href='[[ links.view or subscriber.name ]]'>x</a>", "takes only links."),
        ("<p style='color:[[ subscriber.name ]]'>x</p>", "cannot stand in the attribute 'style'"),
        ("<p onclick='[[ subscriber.name ]]'>x</p>", "cannot stand in the attribute 'onclick'"),
        ("<img src='[[ links.view ]]' alt=''>", "cannot stand in src"),
        ("<p [[ subscriber.name ]]='x'>x</p>", "outside of a quoted attribute"),
        ("<style>[[ subscriber.name ]]</style>", "cannot stand in <style>"),
        ("<!-- [[ subscriber.name ]] -->", "cannot stand in a comment"),
        ("[% if test %]<p title='[% endif %]'>x</p>", "both belong into the same text"),
        ("{{ '[% if test %]' }}[% endif %]", "stands within a {{ }} or {% %}"),
    ],
)  # fmt: skip
def test_a_tag_that_cannot_be_filled_safely_is_an_error_with_its_line(
    tmp_path: Path, inner: str, said: str
) -> None:
    with pytest.raises((TemplateError, ManyErrors)) as raised:
        html(tmp_path, page(BODY % inner))
    assert said in str(raised.value)


def test_a_tag_that_mjml_drops_is_named(tmp_path: Path) -> None:
    """mrml prints no attribute of a spacer's that it does not know, such as mj-class's values."""
    source = page(column("<mj-text mj-class='[[ subscriber.name ]]'>x</mj-text>"))
    with pytest.raises(
        TemplateError, match=r"issue.mjml:2: \[\[ subscriber.name \]\] did not come"
    ):
        html(tmp_path, source)


def test_html_that_a_parser_would_rearrange_is_an_error(tmp_path: Path) -> None:
    source = page(column("<mj-raw><b>moved out of the table</b></mj-raw>"))
    with pytest.raises(TemplateError, match="not well nested near «movedout"):
        html(tmp_path, source)


def test_no_text_of_an_issue_can_forge_a_tag(tmp_path: Path) -> None:
    forged = "mk000000000000v0z"
    source = page(column("<mj-text>{{ a }}[[ subscriber.name ]]</mj-text>"))
    assert f"{forged}Marie" in html(tmp_path, source, a=forged).fill(MARIE)
