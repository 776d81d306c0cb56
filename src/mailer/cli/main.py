"""The way in: runs a command and turns errors into one clear line and an exit code."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from tempfile import NamedTemporaryFile

from mailer.cli import commands
from mailer.cli.app import app
from mailer.errors import InputError, MailerError

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130


def main() -> None:
    """Run the command line; exits 0, 1 where something failed, 2 where the input was at fault."""
    commands.register()
    try:
        app()
    except MailerError as error:
        _say(str(error))
        sys.exit(BAD_INPUT if isinstance(error, InputError) else FAILED)
    except KeyboardInterrupt:
        _say("stopped")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has enough of it.
        sys.stderr.close()
        sys.exit(FAILED)
    except Exception as error:  # noqa: BLE001  the last door: nobody is shown a traceback
        _say(f"a fault of the mailer's own ({type(error).__name__}); details: {_written_down()}")
        sys.exit(FAILED)


def _say(words: str) -> None:
    for line in words.splitlines():
        print(f"mailer: {line}", file=sys.stderr)  # noqa: T201


def _written_down() -> Path:
    with NamedTemporaryFile("w", prefix="mailer-fault-", suffix=".txt", delete=False) as file:
        traceback.print_exc(file=file)
    return Path(file.name)
