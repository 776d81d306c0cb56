"""mailer new: the next number, the next free day, the list's own sections in their order."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from builders import ROOT, make_workspace
from mailer.campaigns import columns_of, prepare
from mailer.composing import preflight
from mailer.config import Workspace
from mailer.content import KINDS, read_issue
from mailer.desk import make_issue, next_day
from mailer.desk.skeleton import examples_of

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """The sample's, with its issues."""
    shutil.copytree(ROOT / "issues", tmp_path / "issues")
    return make_workspace(tmp_path)


def headings(file: Path) -> list[str]:
    text = re.sub(r"<!--.*?-->", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"(?m)^\{\.(\w+)", text)


def test_the_next_number_comes_on_the_next_free_day(workspace: Workspace) -> None:
    made = make_issue(workspace, "cafe", day=next_day(workspace, "cafe", NOW))
    assert (made.number, made.date) == (388, date(2026, 12, 4)), "387 has the 27th"
    assert made.file == workspace.issues / "cafe-388" / "issue.md"


def test_it_has_the_sections_of_the_issue_before_in_their_order(workspace: Workspace) -> None:
    made = make_issue(workspace, "cafe", day=None)
    assert headings(made.file) == ["summary", "article", "briefs", "signoff", "guest"]
    text = made.file.read_text(encoding="utf-8")
    assert "## Au menu" in text
    assert "## Les brèves" in text


def test_a_column_is_in_it_when_it_is_due(workspace: Workspace) -> None:
    first = make_issue(workspace, "cafe", day=None)
    assert first.columns == ("compliance",)
    second = make_issue(workspace, "cafe", day=None)
    assert second.number == 389
    assert second.columns == (), "every second issue, and the one before has it"
    assert "guest" not in headings(second.file)


def test_what_it_writes_can_be_seen_at_once(workspace: Workspace) -> None:
    for key in ("cafe", "letter"):
        made = make_issue(workspace, key, day=None)
        prepared = prepare(workspace, made.file.parent)
        findings = preflight(prepared.issue, prepared.draft)
        assert [one.what for one in findings if one.severity == "hard"] == [
            f"issue {made.number} is a draft"
        ]


def test_a_list_without_issues_begins_with_what_most_have(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    made = make_issue(workspace, "letter", day=None)
    assert made.number == 1
    assert headings(made.file) == ["summary", "article", "briefs", "pick", "signoff"]


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_every_kind_has_an_example_that_can_be_read(workspace: Workspace, locale: str) -> None:
    examples = examples_of(locale)
    assert set(examples) == set(KINDS)
    folder = workspace.issues / "every-kind"
    folder.mkdir()
    front = (
        f"---\nnumber: 900\nlist: cafe\nlocale: {locale}\ntitle: t\nsubject: s\npreheader: p\n---\n"
    )
    places = "{.free #place}\n## Place"
    bodies = [text.replace("{.article #place ", "{.article ") for text in examples.values()]
    (folder / "issue.md").write_text(front + "\n\n".join([*bodies, places]), encoding="utf-8")
    issue = read_issue(folder, columns=columns_of(workspace, folder))
    assert [section.kind for section in issue.main.sections] == [*examples, "free"]
