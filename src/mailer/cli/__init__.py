"""The command line: words, tables and exit codes."""

from mailer.cli.main import main

__all__ = ["main"]
