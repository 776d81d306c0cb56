"""mailer backup and mailer restore: the workspace in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailer.cli.app import open_workspace


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The new file, as in café-2026-12-01.tar.gz.")],
) -> None:
    """Write database, keys, config, templates and issues into one file, while the service runs.

    Whoever has the file has the readers' addresses and the keys: keep it where nobody else
    reads. Example: `mailer backup /mnt/elsewhere/cafe.tar.gz`
    """
    from mailer.clock import utc_now
    from mailer.desk.backup import back_up

    manifest = back_up(open_workspace(context), file, utc_now())
    octets = file.stat().st_size
    typer.echo(f"{file}: {octets / 1e6:.1f} MB, {manifest.database} {manifest.revision}")


def restore(
    file: Annotated[Path, typer.Argument(help="What mailer backup wrote.")],
    folder: Annotated[Path, typer.Argument(help="An empty folder.")] = Path(),
) -> None:
    """Put a backup back into an empty folder; what is there is never written over.

    Example: `mailer restore cafe.tar.gz cafe-again`
    """
    from mailer.clock import utc_now
    from mailer.desk.backup import restore as put_back

    workspace, recovered = put_back(file, folder, utc_now)
    typer.echo(f"{workspace.root}: restored")
    if recovered.workers:
        typer.echo(
            f"a campaign was under way: {recovered.outcomes} outcomes and {recovered.doubts}"
            " doubts were read back from its journal; the command that sent it goes on"
        )
