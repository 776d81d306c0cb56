"""mailer new: the next issue's folder."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mailer.cli.app import open_workspace


def new(
    context: typer.Context,
    list_key: Annotated[
        str | None, typer.Option("--list", help="The list; needed where there are several.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
) -> None:
    """Make the next issue's folder: number, next date, the list's sections in their order.

    Example: `mailer new --list cafe`
    """
    from mailer.clock import utc_now
    from mailer.desk import make_issue, next_day
    from mailer.errors import InputError

    workspace = open_workspace(context)
    lists = list(workspace.settings.lists)
    if list_key is None and len(lists) > 1:
        raise InputError("which list?", mend=f"say --list {' or --list '.join(lists)}")
    key = list_key or lists[0]
    made = make_issue(workspace, key, day=next_day(workspace, key, utc_now()))
    if as_json:
        row = {
            "file": str(made.file),
            "number": made.number,
            "date": made.date.isoformat() if made.date else None,
            "columns": list(made.columns),
        }
        typer.echo(json.dumps(row, ensure_ascii=False))
        return
    typer.echo(made.file)
    if made.date:
        typer.echo(f"  issue {made.number}, for {made.date:%Y-%m-%d}")
    if made.columns:
        typer.echo(f"  due in it: {', '.join(made.columns)}")
    typer.echo(f"see it while you write: mailer preview {made.number} --list {key} --watch")
