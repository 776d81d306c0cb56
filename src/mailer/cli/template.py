"""mailer template: how a list looks."""

from __future__ import annotations

from typing import Annotated

import typer

from mailer.cli.app import open_workspace

app = typer.Typer(help="How a list looks: template sets of your own.", no_args_is_help=True)


@app.callback()
def _template() -> None:
    pass


@app.command()
def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The new set's name: a folder of templates/.")],
    source: Annotated[
        str, typer.Option("--from", help="The set to copy: sober, cafe, or one of yours.")
    ] = "sober",
) -> None:
    """Copy a template set under a name of your own, to be changed.

    Example: `mailer template new evening --from cafe`
    """
    from mailer.desk import make_template

    workspace = open_workspace(context)
    folder = make_template(workspace, name, source=source)
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            typer.echo(file.relative_to(workspace.root))
    typer.echo(f'use it: template = "{name}" in the [lists.…] of config.toml')
    typer.echo("see it while you change it: mailer preview newest --watch")
