"""Standing columns are reminded of when they are due and missing."""

from __future__ import annotations

import pytest

from builders import ROOT
from mailer.campaigns import findings_of, prepare
from mailer.campaigns.rhythm import reminders
from mailer.config import Workspace, issues_apart

WITH, WITHOUT = frozenset({"guest"}), frozenset[str]()


@pytest.mark.parametrize(
    ("apart", "before", "here", "told"),
    [
        (2, [WITHOUT, WITH], WITHOUT, ["the column «guest» is due: it appeared 2 issues ago"]),
        (2, [WITHOUT, WITH], WITH, []),
        (2, [WITH, WITHOUT], WITHOUT, []),
        (1, [WITH], WITHOUT, ["the column «guest» is due: it appeared in the issue before"]),
        (2, [WITH, WITHOUT], WITH, []),
        (3, [WITHOUT, WITHOUT], WITHOUT, ["the column «guest» is due: it has not appeared yet"]),
        (3, [WITHOUT], WITHOUT, []),
        (2, [], WITH, []),
    ],
)
def test_a_rhythm_is_kept(
    apart: int, before: list[frozenset[str]], here: frozenset[str], told: list[str]
) -> None:
    assert [what for what, _ in reminders({"guest": apart}, before, here)] == told


@pytest.mark.parametrize(
    ("words", "apart"),
    [("every issue", 1), ("every 2 issues", 2), ("Every second issue", 2), ("every 12 issues", 12)],
)
def test_a_rhythm_is_read_as_people_write_it(words: str, apart: int) -> None:
    assert issues_apart(words) == apart


def test_the_sample_keeps_its_own_rhythm() -> None:
    workspace = Workspace.open(ROOT / "config.toml")
    prepared = prepare(workspace, ROOT / "issues" / "cafe-386")
    assert not [one for one in findings_of(workspace, prepared) if "column" in one.what]
