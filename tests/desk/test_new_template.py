"""mailer template new: a look of one's own begins with a copy that works."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailer.campaigns import locate_issue, prepare
from mailer.config import Workspace
from mailer.desk import TemplateExistsError, make_template
from mailer.errors import InputError

ROOT = Path(__file__).parents[2]
MAILER = str(Path(sys.executable).with_name("mailer"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for name in ("templates", "issues"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "config.toml", tmp_path)
    return Workspace.open(tmp_path / "config.toml")


@pytest.mark.parametrize("source", ["cafe", "sober"])
def test_a_copy_makes_the_same_mail_until_it_is_changed(workspace: Workspace, source: str) -> None:
    make_template(workspace, "mine", source=source)
    texts = []
    for name in (source, "mine"):
        text = workspace.file.read_text().replace('template = "cafe"', f'template = "{name}"')
        workspace.file.write_text(text.replace(f'template = "{source}"', f'template = "{name}"'))
        again = Workspace.open(workspace.file)
        draft = prepare(again, locate_issue(again, "386", "cafe")).draft
        texts.append(draft.editions["fr"].html.fill({}))
    assert texts[0] == texts[1]


def test_a_file_of_its_own_takes_the_place_of_the_shared_one(workspace: Workspace) -> None:
    folder = make_template(workspace, "mine", source="sober")
    shared = (workspace.shared_templates / "sections" / "article.mjml").read_text()
    (folder / "sections" / "article.mjml").write_text(shared.replace('"text body"', '"text mine"'))
    text = workspace.file.read_text().replace('template = "cafe"', 'template = "mine"')
    workspace.file.write_text(text)
    again = Workspace.open(workspace.file)
    html = prepare(again, locate_issue(again, "386", "cafe")).draft.editions["fr"].html.fill({})
    assert "text mine" in html


def test_what_is_there_is_never_written_over(workspace: Workspace) -> None:
    with pytest.raises(TemplateExistsError, match="templates/sober already"):
        make_template(workspace, "sober", source="cafe")
    with pytest.raises(TemplateExistsError):
        make_template(workspace, "shared", source="cafe")


@pytest.mark.parametrize("name", ["", "..", "a/b", "Évènement", "-x"])
def test_a_name_that_makes_no_folder_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(InputError, match="names no template set"):
        make_template(workspace, name, source="cafe")


def test_an_unknown_source_names_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(InputError) as caught:
        make_template(workspace, "mine", source="sobre")
    assert caught.value.mend == "did you mean sober?"


def test_a_new_workspace_may_begin_sober(tmp_path: Path) -> None:
    words = ("init", "--template", "sober", "--language", "en")
    done = subprocess.run(
        [MAILER, *words], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    workspace = Workspace.open(tmp_path / "config.toml")
    assert workspace.list("my-newsletter").template == "sober"
    assert prepare(workspace, locate_issue(workspace, "1", None)).draft.editions["en"]
