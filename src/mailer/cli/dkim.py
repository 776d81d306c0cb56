"""mailer dkim: the keys that sign a domain's mail, and the DNS records that publish them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_workspace

if TYPE_CHECKING:
    from mailer.config import Workspace
    from mailer.desk import PublishedKey

app = typer.Typer(
    help="Keys that sign a domain's mail (DKIM), and their DNS records.", no_args_is_help=True
)

Domain = Annotated[str, typer.Argument(help="What stands after the @ in a list's From.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the records as JSON.")]


@app.command()
def new(
    context: typer.Context,
    domain: Domain,
    selector: Annotated[
        str | None,
        typer.Option(help="The key's name in DNS; by default after this month: m202611."),
    ] = None,
    *,
    ed25519: Annotated[
        bool, typer.Option("--ed25519", help="Make an Ed25519 key too, for a second signature.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a signing key for a domain, and say what to write into DNS and config.toml.

    A key that is there is never overwritten. Example: `mailer dkim new cafe.example`
    """
    from mailer.clock import utc_now
    from mailer.desk import config_lines, make_dkim_keys

    workspace = open_workspace(context)
    name = selector or f"m{utc_now():%Y%m}"
    keys = make_dkim_keys(workspace, domain, name, with_ed25519=ed25519)
    if as_json:
        typer.echo(_json(keys))
        return
    for key in keys:
        typer.echo(f"made {_short(workspace, key)}, for your eyes only")
    typer.echo(f"\n1. Publish this in the DNS of {keys[0].domain}:\n")
    _show(keys)
    typer.echo("2. When it can be looked up, add this to config.toml:\n")
    typer.echo("\n".join(config_lines(keys)))
    _warn_of_no_list(workspace, keys[0].domain)


@app.command()
def show(context: typer.Context, domain: Domain, *, as_json: AsJson = False) -> None:
    """Print the DNS records of a domain's keys again.

    Example: `mailer dkim show cafe.example`
    """
    from mailer.desk import dkim_keys

    workspace = open_workspace(context)
    keys = dkim_keys(workspace, domain)
    if as_json:
        typer.echo(_json(keys))
        return
    for key in keys:
        use = "signs" if key.in_use else "is not in config.toml"
        typer.echo(f"{_short(workspace, key)} {use}:\n")
        _show([key])


def _show(keys: Sequence[PublishedKey]) -> None:
    """The records as a zone file has them (RFC 1035 5.1)."""
    for key in keys:
        strings = "\n".join(f'    "{string}"' for string in key.strings)
        typer.echo(f"{key.name}. IN TXT (\n{strings}\n)\n")


def _json(keys: Sequence[PublishedKey]) -> str:
    records = [
        {
            "name": key.name,
            "type": "TXT",
            "value": key.record,
            "strings": key.strings,
            "key_type": key.type,
            "selector": key.selector,
            "key_file": str(key.file),
            "in_use": key.in_use,
        }
        for key in keys
    ]
    return json.dumps(records)


def _short(workspace: Workspace, key: PublishedKey) -> str:
    inside = key.file.is_relative_to(workspace.root)
    return str(key.file.relative_to(workspace.root) if inside else key.file)


def _warn_of_no_list(workspace: Workspace, domain: str) -> None:
    senders = sorted({each.sender.domain for each in workspace.settings.lists.values()})
    if domain not in senders:
        typer.echo(
            f"no list sends from {domain} (they send from {', '.join(senders)}):"
            " the key of a domain signs only what is From that very domain",
            err=True,
        )
