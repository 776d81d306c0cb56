"""A sound little workspace, and the files beside this one that break it."""

from __future__ import annotations

import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from builders import ROOT
from delivery.press import ISSUE
from mailer.cli import main

HERE = Path(__file__).parent
OWN_FAULT = "a fault of the mailer's own"


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def findings(self) -> list[str]:
        """The lines that name a fault."""
        return [
            line
            for line in self.err.splitlines()
            if line.startswith(("mailer: ", "hard:", "soft:"))
        ]


def cases() -> list[Path]:
    """Every broken workspace: what is changed, the command, and the one thing it says."""
    return sorted(HERE.glob("*.toml"))


def sound(folder: Path) -> Path:
    """The sample with one short issue."""
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copy(ROOT / "config.toml", folder)
    (folder / "issues" / "cafe-900").mkdir(parents=True)
    (folder / "issues" / "cafe-900" / "issue.md").write_text(ISSUE, encoding="utf-8")
    return folder


def broken(case: Path, folder: Path) -> tuple[Path, dict[str, object]]:
    """The workspace as this case breaks it, and what the case says."""
    told = tomllib.loads(case.read_text(encoding="utf-8"))
    sound(folder)
    for change in told.pop("change", []):
        _change(folder / change.pop("file"), **change)
    return folder, told


def _change(
    file: Path,
    *,
    old: str = "",
    new: str = "",
    text: str | None = None,
    octets: str | None = None,
    source: str | None = None,
    delete: bool = False,
) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if delete:
        file.unlink()
    elif text is not None:
        file.write_text(text, encoding="utf-8")
    elif octets is not None:
        file.write_bytes(bytes.fromhex(octets))
    elif source is not None:
        shutil.copy(ROOT / source, file)
    else:
        before = file.read_text(encoding="utf-8")
        assert old in before, f"{file.name} no longer holds {old!r}"
        file.write_text(before.replace(old, new, 1), encoding="utf-8")


def said(
    folder: Path, command: list[str], patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    """The command in this process, by the door that users come in by."""
    capsys.readouterr()
    code = 0
    with patch.context() as here:
        here.chdir(folder)
        here.setattr(sys, "argv", ["mailer", *command])
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    out, err = capsys.readouterr()
    return Said(code, out, err)
