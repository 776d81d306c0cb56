"""A template source is read by ourselves first: every fault with its line and the right word."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailer.rendering import check_mjml
from rendering.workshop import column, page


def faults(source: str) -> list[str]:
    return [str(error) for error in check_mjml(source, "t.mjml")]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (page("<mj-section>\n<mj-column></mj-column>\n"), "t.mjml:2: <mj-section> is not closed"),
        (page(column("<mj-text>a\n<p>b</mj-text>")), "t.mjml:3: <p> is not closed before"),
        (page(column("<mj-text>a</p></mj-text>")), "t.mjml:2: </p> closes nothing"),
        ("<mjml>\n<mj-body></mj-body>", "t.mjml:1: <mjml> is never closed — add </mjml>"),
        (page("<mj-secton></mj-secton>"), "MJML has no <mj-secton>: did you mean mj-section?"),
        (
            page("\n\n<mj-section paddding='0'></mj-section>"),
            "t.mjml:4: <mj-section> has no attribute 'paddding': did you mean padding?",
        ),
        (page("<mj-section><mj-text></mj-text></mj-section>"), "<mj-text> cannot stand in"),
        (page("<mj-section><div>x</div></mj-section>"), "<div> cannot stand directly in"),
        (page("<mj-section><text>x</text></mj-section>"), "write <mj-text>"),
        (page(column("<mj-text><mj-image /></mj-text>")), "cannot stand in the HTML of <mj-text>"),
        (page("<mj-include path='x' />"), "use {% include %}"),
    ],
)
def test_each_fault_is_told_with_its_line(source: str, said: str) -> None:
    assert any(said in fault for fault in faults(source)), faults(source)


def test_all_faults_of_a_file_are_told_in_order() -> None:
    source = page("<mj-sction></mj-sction>\n<mj-section a='1'>\n</mj-section>\n<mj-foo />")
    assert [error.where.line for error in check_mjml(source, "t") if error.where] == [2, 3, 5]


@pytest.mark.parametrize(
    "source",
    [
        page(column("<mj-text>a<br>b<img src='x' alt=''><hr/></mj-text>")),
        page("{% for s in x %}<mj-section>{% if s > 3 %}<mj-column></mj-column>{% endif %}"
             "</mj-section>{% else %}<mj-wrapper></mj-wrapper>{% endfor %}"),
        page("<mj-section {% if a > 1 %}css-class=\"{{ 'a>b' }}\"{% endif %}></mj-section>"),
        page(column("<mj-text><h{{ n }}>x</h{{ n }}><h2{{ id }}>y</h2></mj-text>")),
        page(column("<mj-text><!--[if mso]><table><tr><td><![endif]-->x</mj-text>")),
        page("{# <mj-secton> #}<!-- <mj-secton> {% if %} --><mj-section></mj-section>"),
        page("[% if test %]<mj-section></mj-section>[% else %][% endif %]"),
        page("", head="<mj-style>a > b { content: '</p>' }</mj-style>"),
        page("", head="<mj-attributes><mj-all color='red' /><mj-text align='left' />"
                      "<mj-class name='k' padding='0' /></mj-attributes>"),
        "{% macro m(a) %}<mj-text>{{ a }}</mj-text>{% endmacro %}",
        "{% set x %}<b>y</b>{% endset %}{% set y = 1 %}<mj-text>{{ y }}</mj-text>",
        "<mj-text {{ attributes }}>x</mj-text>",
        "<tr><td>a partial may be any balanced part</td></tr>",
    ],
)  # fmt: skip
def test_what_is_right_is_left_in_peace(source: str) -> None:
    assert faults(source) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{% if a %}<mj-text>{% endif %}", "t:1: <mj-text> is opened in this branch"),
        ("<mj-text>{% if a %}</mj-text>{% endif %}", "opened outside of this branch"),
        ("{% if a %}<b>{% else %}</b>{% endif %}", "not closed before {% else %}"),
        ("[% if test %]<b>[% endif %]</b>", "not closed before [% endif %]"),
        ("{% for a in b %}\n<li>\n{% endfor %}", "t:2: <li> is opened"),
    ],
)
def test_what_a_branch_opens_is_closed_in_it(source: str, said: str) -> None:
    assert any(said in str(error) for error in check_mjml(source, "t"))


def test_the_newsletters_own_templates_are_faultless() -> None:
    folder = Path(__file__).parents[2] / "templates"
    for path in folder.rglob("*.mjml"):
        assert check_mjml(path.read_text(encoding="utf-8"), path) == []
