"""A set of templates: its files, its errors with file and line, and what stands in stage one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from mailer.errors import InputError
from mailer.rendering import Templates
from rendering.workshop import column, page, write


def complaint(folder: Path, name: str = "issue.mjml", **context: object) -> str:
    templates = Templates(folder)
    with pytest.raises(InputError) as raised:
        (templates.html if name.endswith("mjml") else templates.text)(name[:-5], context)
    return str(raised.value)


def test_a_fault_in_a_partial_names_the_partial_and_its_line(tmp_path: Path) -> None:
    write(
        tmp_path,
        issue_mjml=page("{% include 'parts/foot.mjml' %}"),
        parts__foot_mjml="<mj-section>\n<mj-column>\n</mj-section>\n",
    )
    assert "parts/foot.mjml:2: <mj-column> is not closed before </mj-section>" in complaint(
        tmp_path
    )


def test_a_syntax_error_names_its_file_and_line(tmp_path: Path) -> None:
    write(
        tmp_path,
        issue_mjml=page("{% include 'foot.mjml' %}"),
        foot_mjml="<mj-section>\n{% if %}{% endif %}\n</mj-section>\n",
    )
    assert "foot.mjml:2: " in complaint(tmp_path)


def test_an_undefined_name_in_a_macro_of_a_partial_names_its_line(tmp_path: Path) -> None:
    write(
        tmp_path,
        issue_mjml="{% from 'm.mjml' import m %}\n" + page(column("{{ m() }}")),
        m_mjml="{% macro m() %}\n<mj-text>\n{{ isue.title }}</mj-text>\n{% endmacro %}\n",
    )
    assert "m.mjml:3: 'isue' is undefined" in complaint(tmp_path)


def test_a_missing_attribute_and_a_failing_filter_name_their_line(tmp_path: Path) -> None:
    write(tmp_path, issue_mjml=page(column("<mj-text>{{ lang.nothing }}</mj-text>")))
    assert "issue.mjml:2: " in complaint(tmp_path)
    write(tmp_path, issue_mjml=page(column("<mj-text>{{ 1 / 0 }}</mj-text>")))
    assert "issue.mjml:2: division by zero" in complaint(tmp_path)


def test_a_missing_file_is_named_where_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, issue_mjml=page("\n{% include 'gone.mjml' %}"))
    assert "issue.mjml:3: there is no gone.mjml" in complaint(tmp_path)
    assert "there is no other.mjml" in complaint(tmp_path, "other.mjml")


def test_a_file_outside_of_the_set_cannot_be_reached(tmp_path: Path) -> None:
    write(tmp_path, secret_txt="x")
    write(tmp_path / "set", issue_mjml=page("{% include '../secret.txt' %}"))
    assert "there is no ../secret.txt" in complaint(tmp_path / "set")


def test_a_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    (tmp_path / "issue.mjml").write_bytes("<mjml>é</mjml>".encode("cp1252"))
    assert "issue.mjml: not UTF-8" in complaint(tmp_path)


def test_what_a_set_lacks_is_found_in_its_base(tmp_path: Path) -> None:
    write(tmp_path / "base", foot_mjml=column("<mj-text>base</mj-text>"))
    write(tmp_path / "own", issue_mjml=page("{% include 'foot.mjml' %}"))
    layout = Templates(tmp_path / "own", base=tmp_path / "base").html("issue", {})
    assert "base" in layout.fill({})


def test_stage_one_speaks_the_language_of_the_edition(tmp_path: Path) -> None:
    source = '{{ _("Unsubscribe") }}|{{ format_date(day) }}|{{ lang }}|{{ dir }}\n'
    macro = '{% macro out() %}{{ _("Unsubscribe") }}{% endmacro %}'
    write(tmp_path, issue_txt='{% from "m.txt" import out %}{{ out() }} ' + source, m_txt=macro)
    templates = Templates(tmp_path)
    context = {"day": dt.date(2026, 5, 1)}
    french = templates.text("issue", context, locale="fr").fill({})
    english = templates.text("issue", context, locale="en-GB").fill({})
    assert french == "Se désabonner Se désabonner|1er mai 2026|fr|ltr\n"
    assert english == "Unsubscribe Unsubscribe|1 May 2026|en-GB|ltr\n"


def test_a_translated_sentence_takes_values_and_escapes_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        issue_mjml=page(column('<mj-text>{{ _("By %(author)s", author=name) }}</mj-text>')),
        issue_txt='{{ _("Hello %(name)s", name="[[ subscriber.name ]]") }}',
    )
    templates = Templates(tmp_path)
    assert "Par A &amp; B" in templates.html("issue", {"name": "A & B"}, locale="fr").fill({})
    text = templates.text("issue", {}, locale="fr")
    assert text.fill({"subscriber.name": "Zoé"}) == "Bonjour Zoé\n"


def test_a_stage_two_tag_within_a_sentence_to_translate_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, issue_txt='a\n{{ _("Hello [[ subscriber.name ]]") }}')
    assert "issue.txt:2: a sentence to translate holds a [[ … ]]" in complaint(
        tmp_path, "issue.txt "
    )


def test_a_text_part_has_never_more_than_one_empty_line(tmp_path: Path) -> None:
    write(tmp_path, issue_txt="\n\n\na\n\n  \n\n\nb\n\n\n")
    assert Templates(tmp_path).text("issue", {}).fill({}) == "a\n\nb\n"
