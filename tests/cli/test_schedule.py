"""mailer schedule, as a publisher types it."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from builders import add_readers
from mailer.cli import main
from mailer.config import Workspace
from mailer.keys import load_keys
from mailer.store import Store, upgrade
from mailer.store.tables import ScheduleAct
from scheduling.desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A weekly list with one ready issue, in a workspace that commands find."""
    store = Store(f"sqlite:///{tmp_path / 'var' / 'mailer.db'}")
    upgrade(store)
    desk = open_desk(tmp_path, store)
    add_readers(store, 2, keys=load_keys(Workspace.open(tmp_path / "config.toml").keys))
    desk.write(386)
    return desk


@pytest.fixture
def run(desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Type a command; returns its exit code, what it printed, and what it complained of."""

    def type_(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(desk.workspace.root)
        monkeypatch.setattr(sys, "argv", ["mailer", "schedule", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return type_


def test_the_next_slots_are_shown_with_their_issues(run: Any) -> None:
    code, printed, _ = run("--json", "--count", "2")
    first, second = json.loads(printed)
    assert code == 0
    assert (first["state"], first["issue"]) == ("planned", "cafe-386")
    assert (second["state"], second["why"]) == ("no issue", "no further issue is written")
    assert first["local"][11:16] == "07:30"
    assert datetime.fromisoformat(second["at"]) - datetime.fromisoformat(first["at"]) >= timedelta(
        days=6
    )
    code, printed, _ = run()
    assert code == 0
    assert "cafe-386" in printed


def test_what_is_decided_is_shown_and_written_down_with_who_and_when(desk: Desk, run: Any) -> None:
    before = datetime.now(UTC)
    assert "is held: a name is wrong" in run("hold", "--reason", "a name is wrong")[1]
    (line,) = json.loads(run("--json", "--count", "1")[1])
    assert (line["state"], line["why"]) == ("held", "a name is wrong")
    assert line["by"] == getpass.getuser()
    assert "is planned" in run("release")[1]
    assert "is skipped" in run("skip")[1]
    assert "is planned" in run("unskip")[1]
    assert (
        "no issue on 2099-12-24..2099-12-26 Noël"
        in run(*("pause", "--from", "2099-12-24", "--to", "2099-12-26", "--reason", "Noël"))[1]
    )
    assert "no longer paused" in run("resume")[1]
    assert "is launched" in run("now")[1]
    assert [number for _, number in desk.sent()] == [386]
    with desk.store.read() as connection:
        acts = connection.execute(select(ScheduleAct).order_by(ScheduleAct.id)).all()
    assert [act.act for act in acts] == [
        *("held", "released", "skipped", "unskipped", "paused", "resumed", "launched")
    ]
    assert {act.made_by for act in acts} == {getpass.getuser()}
    assert all(before <= act.made_at <= datetime.now(UTC) for act in acts)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("skip", "2026-13-01"), "names no slot"),
        (("release",), "no slot is held"),
        (("pause", "--from", "2026-12-24", "--to", "2026-12-01"), "before it begins"),
        (("skip", "--list", "letter"), "list letter has no schedule"),
        (("skip", "--list", "caffe"), "did you mean cafe?"),
    ],
)
def test_what_cannot_be_is_one_clear_line(run: Any, words: tuple[str, ...], told: str) -> None:
    code, _, complaint = run(*words)
    assert code == 2
    assert told in complaint
    assert complaint.count("\n") == 1
