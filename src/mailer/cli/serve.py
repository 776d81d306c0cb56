"""mailer serve and mailer sandbox: the pages readers click, and a mail server to try things on."""

from __future__ import annotations

from typing import Annotated

import typer

from mailer.cli.app import open_store, open_workspace

Port = Annotated[int | None, typer.Option(help="Another port than config.toml's.")]


def serve(context: typer.Context, port: Port = None) -> None:
    """Serve the reader pages and send the notices they cause, until Ctrl-C or SIGTERM.

    Example: `mailer serve`
    """
    from mailer.clock import utc_now
    from mailer.delivery import Dispatch
    from mailer.keys import load_keys
    from mailer.running import serve as serve_pages

    workspace = open_workspace(context)
    with open_store(workspace) as store:
        dispatch = Dispatch(workspace, store, load_keys(workspace.keys), utc_now)
        serve_pages(
            dispatch,
            port=port,
            ready=lambda url: typer.echo(f"pages: {url}"),
        )


def sandbox(
    context: typer.Context,
    port: Port = None,
    page_port: Annotated[int | None, typer.Option(help="Another port for the inbox.")] = None,
) -> None:
    """A local mail server that keeps what it gets and shows it; nothing leaves this machine.

    Example: `mailer sandbox`
    """
    from mailer.sandbox import Sandbox

    workspace = open_workspace(context)
    settings = workspace.settings.sandbox
    kept = Sandbox(
        "127.0.0.1",
        port or settings.port,
        page_port or settings.page_port,
        workspace.var / "sandbox",
    )
    kept.serve(ready=lambda it: typer.echo(f"takes mail on port {it.smtp_port}, inbox: {it.url}"))
