"""Nothing a reader is called can become a header, a tag, a link or an expression."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rfc2047
from composing.issues import MARIE, hole, mail, section
from mailer.composing import Mail
from mailer.errors import InputError
from mailer.rendering import parse_html
from message.texts import values

FIELDS = ("name", "first_name", "email", "locale")


@pytest.fixture(scope="module")
def greeting(tmp_path_factory: pytest.TempPathFactory) -> Mail:
    folder = tmp_path_factory.mktemp("templates")
    return mail(folder, section(f"<p>{hole('first_name')}, {hole('email')}</p>"))


@pytest.mark.parametrize("field", ["name", "first_name", "email"])
@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\r\nBcc: eve@example.com", chr(0xD800)])
def test_a_line_break_or_nul_in_a_value_is_refused(
    greeting: Mail, field: str, character: str
) -> None:
    reader = replace(MARIE, **{field: f"Eve{character}"})  # type: ignore[arg-type]
    with pytest.raises(InputError):
        greeting.wire(reader)
    with pytest.raises(InputError):
        greeting.html(reader)


@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, values)))
def test_values_add_no_header_and_no_tag(greeting: Mail, known: dict[str, str]) -> None:
    reader = replace(MARIE, **known)  # type: ignore[arg-type]
    names = [name for name, _ in rfc2047.fields(greeting.wire(reader))]
    assert names == [name for name, _ in rfc2047.fields(greeting.wire(MARIE))]
    assert shape(greeting.html(reader)) == shape(greeting.html(MARIE))


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Elements, the names of their attributes, and where they lead."""
    return [
        (element.name, (*element.attributes, element.attributes.get("href", "")))
        for element in parse_html(html).walk()
    ]


@pytest.mark.parametrize(
    "value",
    [
        "{{ 7 * 7 }}",
        "{% for x in y %}",
        "[[ subscriber.email ]]",
        "[% if test %]",
        "%(name)s",
        "--&gt;",
    ],
)
def test_a_template_expression_in_a_value_stays_text(greeting: Mail, value: str) -> None:
    reader = replace(MARIE, first_name=value, name=value)
    assert value in greeting.text(reader)
    paragraphs = [e.text() for e in parse_html(greeting.html(reader)).walk() if e.name == "p"]
    assert any(value in paragraph for paragraph in paragraphs)


@pytest.mark.parametrize(
    "literal", ["{{ issue.title }}", "{% if %}", "[% if test %]", "[[ test ]]"]
)
def test_both_stages_signs_in_an_issue_stay_literal(tmp_path: Path, literal: str) -> None:
    made = mail(tmp_path, section(f"<p>{literal}</p>"), subject=literal, title=literal)
    assert literal in made.text(MARIE)
    assert f'<p style="margin: 0;">{literal}</p>' in made.html(MARIE)
    assert made.subject(MARIE) == literal
