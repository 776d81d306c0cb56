"""mailer send --force: a reason lets a finding pass and is kept; what the law asks never passes."""

from __future__ import annotations

import getpass
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from arrivals import listening
from builders import ROOT, add_readers, make_workspace
from mailer.cli import commands
from mailer.cli.app import app
from mailer.config import Workspace
from mailer.keys import load_keys
from mailer.store import Store, check_version

WHY = "le rédacteur en chef l’a relu"


class Desk:
    """A publisher with one draft and two readers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str) -> Result:
        commands.register()
        return CliRunner().invoke(app, ["--config", str(self.folder / "config.toml"), *words])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    shutil.copytree(ROOT / "issues" / "cafe-386", tmp_path / "issues" / "cafe-386")
    issue = tmp_path / "issues" / "cafe-386" / "issue.md"
    issue.write_text(issue.read_text().replace("status: ready", "status: draft"))
    workspace: Workspace = make_workspace(tmp_path)
    store = Store(workspace.store_url)
    check_version(store)
    add_readers(store, 2, keys=load_keys(workspace.keys))
    store.close()
    return Desk(tmp_path)


def test_who_let_it_pass_when_and_why_stands_with_the_campaign(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as arrivals:
        monkeypatch.setenv("MAILER_RELAYS__MAIN__PORT", str(arrivals.port))
        assert desk.run("send", "386", "--list", "cafe").exit_code != 0
        assert arrivals.wires == []
        sent = desk.run("send", "386", "--list", "cafe", "--force", WHY)
        assert sent.exit_code == 0, sent.output
    assert len(arrivals.wires) >= 2
    [shown] = json.loads(desk.run("campaigns", "show", "1", "--json").stdout)
    [forced] = shown["forced"]
    assert (forced["who"], forced["why"]) == (getpass.getuser(), WHY)
    assert "is a draft" in forced["findings"][0]
    assert WHY in desk.run("campaigns", "show", "1").stdout


@pytest.mark.parametrize("why", ["", "  "])
def test_a_reason_is_words(desk: Desk, why: str) -> None:
    done = desk.run("send", "386", "--list", "cafe", "--force", why)
    assert "--force wants a reason" in str(done.exception)


def test_no_reason_lets_a_mail_without_a_way_out_pass(desk: Desk) -> None:
    """GDPR 7(3), ePrivacy 13(4)."""
    for file in (desk.folder / "templates").rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            file.write_text(
                text.replace("links.unsubscribe", "links.preferences"), encoding="utf-8"
            )
    done = desk.run("send", "386", "--list", "cafe", "--force", WHY)
    assert "no reason lets this pass" in str(done.exception)
