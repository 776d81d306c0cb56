"""The application that commands register with, and what every command begins with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer import __version__

if TYPE_CHECKING:
    from mailer.config import Workspace
    from mailer.store import Store

app = typer.Typer(
    name="mailer",
    help="A newsletter system for publishers who want their readers' data at home.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001  Typer's way of calling
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _begin(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option(envvar="MAILER_CONFIG", help="The workspace's config.toml.")
    ] = Path("config.toml"),
    *,
    version: Annotated[  # noqa: ARG001  read by its callback
        bool,
        typer.Option(
            "--version",
            help="Show the version and leave.",
            is_eager=True,
            callback=_show_version,
        ),
    ] = False,
) -> None:
    context.obj = config


def open_workspace(context: typer.Context) -> Workspace:
    """The workspace the command was called in; raises ConfigError."""
    from mailer.config import Workspace

    return Workspace.open(context.find_root().obj)


@contextmanager
def open_store(workspace: Workspace) -> Iterator[Store]:
    """The workspace's database in our version, made where there is none.

    Raises StoreError where it cannot be used, before the command has done anything.
    """
    from mailer.store import Store, check_version

    store = Store(workspace.store_url)
    try:
        check_version(store)
        yield store
    finally:
        store.close()
