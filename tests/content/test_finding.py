"""The issues of a workspace are found by their front matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.issues import HEADER, write
from mailer.content import ContentError, DuplicateNumber, find_issues, survey_issues
from mailer.errors import ManyErrors


def numbered(root: Path, slug: str, number: int, *, name: str = "cafe") -> Path:
    header = HEADER.replace("number: 7", f"number: {number}").replace("cafe", name)
    return write(root / slug, header=header)


def test_issues_come_by_list_and_number(tmp_path: Path) -> None:
    numbered(tmp_path, "b", 10)
    numbered(tmp_path, "a", 9)
    numbered(tmp_path, "c", 1, name="the")
    (tmp_path / ".trash").mkdir()
    numbered(tmp_path, ".trash/x", 1)
    numbered(tmp_path, ".hidden", 1)
    (tmp_path / "empty").mkdir()
    (tmp_path / "README.md").write_text("x", "utf-8")
    found = find_issues(tmp_path)
    assert [(ref.list, ref.number, ref.slug, ref.status) for ref in found] == [
        ("cafe", 9, "a", "ready"),
        ("cafe", 10, "b", "ready"),
        ("the", 1, "c", "ready"),
    ]
    assert found[0].folder == tmp_path / "a"
    assert found[0].file == tmp_path / "a" / "issue.md"
    assert str(found[0].date) == "2026-11-20"


def test_no_folder_no_issues(tmp_path: Path) -> None:
    assert find_issues(tmp_path / "issues") == []


def test_a_number_is_given_once_in_a_list(tmp_path: Path) -> None:
    """Both files are named, each with its line."""
    numbered(tmp_path, "a", 9)
    numbered(tmp_path, "b", 9)
    numbered(tmp_path, "c", 9, name="the")
    with pytest.raises(DuplicateNumber) as raised:
        find_issues(tmp_path)
    text = str(raised.value)
    assert text.startswith(f"{tmp_path}/b/issue.md:2: number 9 of list «cafe» is taken")
    assert f"{tmp_path}/a/issue.md:2" in text
    assert len(survey_issues(tmp_path).issues) == 3


def test_a_broken_front_matter_is_told_and_hides_no_other_issue(tmp_path: Path) -> None:
    numbered(tmp_path, "a", 9)
    write(tmp_path / "b", header=HEADER.replace("number", "numbre"))
    write(tmp_path / "c", header="")
    survey = survey_issues(tmp_path)
    assert [ref.slug for ref in survey.issues] == ["a"]
    assert len(survey.faults) == 2
    with pytest.raises(ManyErrors):
        find_issues(tmp_path)


def test_a_broken_text_is_for_who_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "a", "\x07 [x]()\n")
    assert [ref.slug for ref in find_issues(tmp_path)] == ["a"]


def test_a_broken_front_matter_alone_is_one_error(tmp_path: Path) -> None:
    write(tmp_path / "a", header="")
    with pytest.raises(ContentError):
        find_issues(tmp_path)
