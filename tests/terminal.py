"""A terminal without a process: what a command says when it is typed, in a tenth of the time."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailer.cli import main


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def type_in(folder: Path, *words: str, **variables: str) -> Said:
    """A command to its end, typed in that folder with these variables and no others of ours."""
    out, err = io.StringIO(), io.StringIO()
    heard = contextlib.ExitStack()
    with pytest.MonkeyPatch.context() as patch, heard:
        for name in [name for name in os.environ if name.startswith("MAILER_")]:
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["mailer", *words])
        patch.setattr(sys, "stdin", io.StringIO())
        heard.enter_context(contextlib.redirect_stdout(out))
        heard.enter_context(contextlib.redirect_stderr(err))
        with pytest.raises(SystemExit) as left:
            main()
    return Said(int(left.value.code or 0), out.getvalue(), err.getvalue())
