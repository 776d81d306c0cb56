"""What would hurt an issue is found before it leaves, with the place and the mend."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from composing.issues import BASE, FRAME, MJML, TEXT, edition, hole, issue, section, templates
from mailer.composing import Finding, Frame, compile_issue, preflight
from mailer.content import Section, Status

GOOD = section("<p>" + "Le texte de ce numéro. " * 8 + "</p>", "Titre")


def findings(
    folder: Path,
    *sections: Section,
    mjml: str = MJML,
    text: str = TEXT,
    frame: Frame = FRAME,
    status: Status = "ready",
    **fields: object,
) -> list[Finding]:
    fields.setdefault("subject", "Un sujet court")
    whole = issue(edition(*(sections or (GOOD,)), **fields), status=status)
    draft = compile_issue(whole, templates(folder, mjml=mjml, text=text), frame)
    return preflight(whole, draft)


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    assert found[0].why
    assert found[0].mend
    return found[0]


def test_a_sound_issue_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path) == []


def test_a_draft_does_not_leave(tmp_path: Path) -> None:
    finding = only(findings(tmp_path, status="draft"))
    assert (finding.severity, finding.what) == ("hard", "issue 386 is a draft")
    assert str(finding.where) == "issues/cafe-386/issue.md"


@pytest.mark.parametrize(("part", "without"), [("HTML", {"mjml"}), ("text", {"text"})])
def test_each_part_shows_the_way_out(tmp_path: Path, part: str, without: set[str]) -> None:
    sources = {"mjml": MJML, "text": TEXT}
    changed = {
        name: source.replace("[[ links.unsubscribe ]]", "[[ links.preferences ]]")
        for name, source in sources.items()
        if name in without
    }
    finding = only(findings(tmp_path, **changed))  # type: ignore[arg-type]
    assert finding.severity == "hard"
    assert finding.what == f"the {part} part has no unsubscribe link"


def test_each_part_says_who_sends_it(tmp_path: Path) -> None:
    mjml = MJML.replace("{{ list.postal_address }}", "")
    assert "the HTML part does not show the postal" in only(findings(tmp_path, mjml=mjml)).what
    found = findings(tmp_path, frame=replace(FRAME, postal_address=""))
    assert [finding.severity for finding in found] == ["hard", "hard"]


def test_a_dead_link_within_the_mail_is_found_with_its_section(tmp_path: Path) -> None:
    dead = section('<p><a href="#nulle-part">x</a> <a href="#titre">y</a></p>', line=42)
    finding = only(findings(tmp_path, GOOD, dead))
    assert finding.what == "the link «#nulle-part» leads to nothing in this mail"
    assert str(finding.where) == "issues/cafe-386/issue.md:42"


def test_a_picture_without_words_is_found(tmp_path: Path) -> None:
    html = '<p><img src="image:a.png" width="1" height="1"></p>'
    finding = only(findings(tmp_path, GOOD, section(html, line=7)))
    assert finding.severity == "hard"
    assert "a.png has no alt text" in finding.what


def test_a_personal_expression_that_fails_is_found_for_readers_of_whom_nothing_is_known(
    tmp_path: Path,
) -> None:
    mjml = MJML.replace("[% if test %]", "[% if subscriber.attributes.age > 18 or test %]", 1)
    found = findings(tmp_path, mjml=mjml)
    assert {finding.severity for finding in found} == {"hard"}
    assert "«subscriber.attributes.age > 18 or test» compares unlike things" in found[0].what
    assert str(found[0].where).endswith("issue.mjml:9")


def test_an_address_that_mail_programs_break_is_found(tmp_path: Path) -> None:
    html = f'<p><img src="image:{"long" * 30}.png" alt="x"></p>'
    assert "an address of 1" in only(findings(tmp_path, GOOD, section(html))).what
    frame = replace(FRAME, base_url="https://" + "x" * 60 + ".example")
    assert any("an address of" in found.what for found in findings(tmp_path, frame=frame))


@pytest.mark.parametrize(
    "inner",
    [
        '<img src="https://evil.example/x.png" alt="">',
        '<p style="background:url(https://evil.example/x.png)">x</p>',
        "<style>@import 'https://evil.example/x.css';</style>",
        "<style>p { background: url(\"https://evil.example/x.png\") }</style>",
        '<!--[if mso]><v:fill src="https://evil.example/x.png" /><![endif]-->',
        '<table role="none" background="https://evil.example/x.png"><tr><td>x</td></tr></table>',
    ],
)  # fmt: skip
def test_nothing_is_loaded_from_a_third_party(tmp_path: Path, inner: str) -> None:
    mjml = MJML.replace("<h1>", f"{inner}<h1>")
    finding = only(findings(tmp_path, mjml=mjml))
    assert finding.severity == "hard"
    assert "from evil.example" in finding.what


def test_an_issue_that_writes_about_addresses_loads_nothing(tmp_path: Path) -> None:
    assert findings(tmp_path, section("<p>url(https://evil.example/x.png)</p>")) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject": "x" * 61}, "the subject has 61 characters"),
        ({"preheader": " "}, "there is no preheader"),
    ],
)
def test_what_lists_of_mails_would_cut_or_miss_warns(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    finding = only(findings(tmp_path, **changes))  # type: ignore[arg-type]
    assert (finding.severity, finding.what) == ("soft", said)


def test_a_mail_that_gmail_would_clip_warns(tmp_path: Path) -> None:
    finding = only(findings(tmp_path, section("<p>" + "mot " * 26_000 + "</p>")))
    assert (finding.severity, "kB" in finding.what) == ("soft", True)


def test_a_long_style_block_warns(tmp_path: Path) -> None:
    style = "<mj-style>" + "p { color: red; } " * 500 + "</mj-style></mj-head>"
    finding = only(findings(tmp_path, mjml=MJML.replace("</mj-head>", style)))
    assert finding.what == "a style block has 8999 characters"


def test_a_skipped_level_and_a_missing_title_warn(tmp_path: Path) -> None:
    finding = only(findings(tmp_path, section("<h4>Profond</h4>", "Titre", line=9)))
    assert finding.what == "the heading «Profond» skips a level, from h2 to h4"
    assert str(finding.where) == "issues/cafe-386/issue.md:9"
    found = findings(tmp_path, mjml=MJML.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))
    assert "there are 0 headings of the first level" in {finding.what for finding in found}


def test_a_header_that_cannot_be_written_is_found(tmp_path: Path) -> None:
    finding = only(findings(tmp_path, frame=replace(FRAME, list_id="no identifier")))
    assert finding.severity == "hard"
    assert "is not a list identifier" in finding.what


def test_an_address_may_be_broken_into_lines(tmp_path: Path) -> None:
    mjml = MJML.replace("list.postal_address", "list.postal_address.splitlines()|join('<br>'|safe)")
    assert findings(tmp_path, mjml=mjml) == []


def test_hard_findings_come_first_and_each_is_told_once(tmp_path: Path) -> None:
    dead = section(f'<p>{hole("name")} <a href="#x">x</a></p>')
    found = findings(tmp_path, dead, subject="x" * 80, status="draft")
    assert [finding.severity for finding in found] == ["hard", "hard", "soft"]


def test_addresses_are_as_long_as_ours_will_be() -> None:
    from mailer.composing.copies import sample_readers

    reader = sample_readers(FRAME, "fr")[0]
    assert reader.unsubscribe.startswith(BASE)
