"""All findings of an issue come from one place, each with the line on which its fault stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from builders import ROOT, make_workspace
from mailer.campaigns import findings_of, prepare
from mailer.composing import Finding

HEAD = """---
number: {number}
list: cafe
locale: fr
title: "Un numéro"
subject: "Le Café, encore"
preheader: "Ce qu’il y a dedans."
status: ready
---

Bonjour.

"""
BRIEFS = """{.briefs}
## Les brèves

- Le presse-papiers qui oublie
  Trois minutes, puis plus rien.

- Une horloge pour les équipes dispersées
"""


def found(folder: Path, text: str, *, before: str = "") -> list[Finding]:
    workspace = make_workspace(folder)
    for number, body in ((900, before), (901, text)):
        if body:
            issue = folder / "issues" / f"cafe-{number}"
            issue.mkdir(parents=True)
            (issue / "issue.md").write_text(HEAD.format(number=number) + body, encoding="utf-8")
    said = findings_of(workspace, prepare(workspace, folder / "issues" / "cafe-901"))
    return [one for one in said if not one.what.startswith("the column")]


def lines_of(found: list[Finding]) -> list[tuple[str, int | None]]:
    return [(one.what, one.where.line if one.where else None) for one in found]


def test_a_brief_of_the_last_issue_is_found_on_its_own_line(tmp_path: Path) -> None:
    said = found(tmp_path, BRIEFS, before=BRIEFS.replace("qui oublie", "qui se souvient"))
    assert lines_of(said) == [
        ("the brief «Une horloge pour les équipes dispersées» stood in the last issue", 19)
    ]
    assert all(one.severity == "soft" for one in said)


def test_an_issue_before_it_that_cannot_be_read_hides_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, BRIEFS, before="## Rien {.artcle}\n\n{.artcle}\n## Rien\n") == []


def test_a_misspelt_column_is_found_on_its_line(tmp_path: Path) -> None:
    said = found(tmp_path, "## Un\n\nPremière ligne.\n\nLire Parole d’exprt, et\nle reste.\n")
    assert lines_of(said) == [("«Parole d’exprt» is nearly «Parole d’expert»", 17)]


def test_a_link_is_found_on_its_own_line_of_a_long_section(tmp_path: Path) -> None:
    said = found(tmp_path, "## Un\n\nRien.\n\n[Là-bas](https://a.example/?gclid=9)\n")
    assert [line for _, line in lines_of(said)] == [17]


def test_a_pale_colour_is_found_in_the_template_that_sets_it(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    head = tmp_path / "templates/cafe/head.mjml"
    text = head.read_text(encoding="utf-8").replace('color="#2a1c13"', 'color="#c9c9c9"')
    head.write_text(text, encoding="utf-8")
    said = found(tmp_path, "## Un\n\nDeux.\n")
    line = text[: text.index("#c9c9c9")].count("\n") + 1
    assert {str(one.where).rpartition("/")[2] for one in said} == {f"head.mjml:{line}"}
    assert all("#c9c9c9 on #fffcf7" in one.what for one in said if "dark" not in one.what)


@pytest.mark.parametrize("name", ["cafe-385", "cafe-386", "letter-12"])
def test_the_sample_has_no_findings(name: str) -> None:
    from mailer.config import Workspace

    workspace = Workspace.open(ROOT / "config.toml")
    assert findings_of(workspace, prepare(workspace, ROOT / "issues" / name)) == []
