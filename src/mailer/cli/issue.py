"""mailer preview: an issue as a reader would get it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from mailer.config import Workspace
    from mailer.desk.preview import PreviewReader
    from mailer.keys import Keys

IssueName = Annotated[str, typer.Argument(help="Its folder, its number, or «newest».")]
ListKey = Annotated[str | None, typer.Option("--list", help="The list it is for.")]


def preview(
    context: typer.Context,
    issue: IssueName,
    list_key: ListKey = None,
    out: Annotated[Path | None, typer.Option(help="Where to; by default var/preview.")] = None,
    name: Annotated[str, typer.Option(help="The reader's name; empty shows that case.")] = "",
    address: Annotated[str, typer.Option(help="The reader's address.")] = "reader@example.org",
    as_reader: Annotated[
        str | None, typer.Option("--as", help="As this subscriber gets it, by address.")
    ] = None,
    language: Annotated[str, typer.Option(help="The edition: fr, en.")] = "",
    port: Annotated[int | None, typer.Option(help="Where --watch shows its page.")] = None,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show a page that follows the files as you write.")
    ] = False,
    text: Annotated[bool, typer.Option("--text", help="Print the text part.")] = False,
    eml: Annotated[bool, typer.Option("--eml", help="Print the whole message.")] = False,
) -> None:
    """Show an issue as one reader would get it: as files, on standard output, or as a page.

    Example: `mailer preview 386 --watch`
    """
    from mailer.campaigns import locate_issue, prepare
    from mailer.clock import utc_now
    from mailer.desk.preview import PreviewReader, shown_copy, write_preview
    from mailer.keys import load_keys

    workspace = open_workspace(context)
    folder = locate_issue(workspace, issue, list_key)
    keys = load_keys(workspace.keys)
    reader = PreviewReader(name, address, language)
    if as_reader is not None:
        reader = _subscriber(workspace, as_reader)
    if watch:
        _watch(workspace, folder, keys, reader if as_reader or name else None, port)
        return
    prepared = prepare(workspace, folder)
    if text or eml:
        copy = shown_copy(prepared, reader, keys, language or reader.locale, utc_now())
        # Octets, so that a message stays what it is.
        sys.stdout.buffer.write(copy.wire if eml else copy.text.encode())
        return
    written = write_preview(prepared, out or workspace.var / "preview", keys, reader, utc_now())
    for one in written:
        for file in (one.html, one.text, one.eml):
            typer.echo(file)
        typer.echo(f"  {one.locale}: {one.octets / 1000:.1f} kB as it leaves")


def _subscriber(workspace: Workspace, address: str) -> PreviewReader:
    from mailer.desk.preview import known_reader

    with open_store(workspace) as store, store.read() as connection:
        return known_reader(connection, address)


def _watch(
    workspace: Workspace,
    folder: Path,
    keys: Keys,
    reader: PreviewReader | None,
    port: int | None,
) -> None:
    from mailer.clock import utc_now
    from mailer.desk.preview import USUAL_PORT, preview_app
    from mailer.running import show

    app = preview_app(workspace.file, str(folder), None, keys, utc_now, reader=reader)
    show(app, port, USUAL_PORT, lambda url: typer.echo(f"preview: {url} (Ctrl-C ends it)"))
