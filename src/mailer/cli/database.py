"""mailer db: the shape of the database."""

from __future__ import annotations

import typer

from mailer.cli.app import open_workspace

app = typer.Typer(help="The database and its version.", no_args_is_help=True)


@app.command()
def upgrade(context: typer.Context) -> None:
    """Bring the database to this version's shape.

    Example: `mailer db upgrade`
    """
    from mailer.store import Store, upgrade

    workspace = open_workspace(context)
    store = Store(workspace.store_url)
    try:
        before, after = upgrade(store)
    finally:
        store.close()
    if before == after:
        typer.echo(f"the database has version {after} already")
    else:
        typer.echo(f"the database went from version {before or 'none'} to {after}")
