"""mailer bounces: the mailbox read, once or until it is stopped."""

from __future__ import annotations

import json
import signal
import threading
from typing import Annotated

import typer

from mailer.cli.app import open_store, open_workspace


def bounces(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Read it once and leave.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Read the mailbox of [inbound]: whoever asks by mail to leave has left.

    Until Ctrl-C it is read every `inbound.every`. Example: `mailer bounces --once`
    """
    from mailer.clock import utc_now
    from mailer.config import ConfigError
    from mailer.errors import MailerError, Where
    from mailer.inbound import read_mailboxes
    from mailer.keys import load_keys

    workspace = open_workspace(context)
    settings = workspace.settings.inbound
    if not settings.is_set:
        raise ConfigError(
            "[inbound] names no mailbox",
            where=Where(workspace.file),
            mend="set inbound.maildir or inbound.imap_host",
        )
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM) if not once else ():
        signal.signal(number, lambda *_: stopping.set())
    with open_store(workspace) as store:
        keys = load_keys(workspace.keys)
        while True:
            try:
                tally = read_mailboxes(workspace, store, keys, utc_now)
            except MailerError as error:
                if once:
                    raise
                typer.echo(f"mailer: {error}; tried again in {settings.every}", err=True)
            else:
                if once or tally.read:
                    figures = {"left": tally.left, "again": tally.again, "other": tally.other}
                    typer.echo(json.dumps(figures) if as_json else _words(figures))
            if once or stopping.wait(settings.every.total_seconds()):
                return


def _words(figures: dict[str, int]) -> str:
    return (
        f"{figures['left']} readers left, {figures['again']} had left already,"
        f" {figures['other']} other messages are left to people"
    )
