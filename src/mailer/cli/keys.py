"""mailer keys: which secrets there are, how old they are, and a new key for links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_workspace

if TYPE_CHECKING:
    from mailer.config import Workspace

app = typer.Typer(
    help="The workspace's secrets: their ages, and a new key for links.\n\nExample: `mailer keys`",
    invoke_without_command=True,
)


@app.callback()
def keys(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show each key's age and what it still does; no secret is shown.

    Example: `mailer keys`
    """
    if context.invoked_subcommand is not None:
        return
    from rich.table import Table

    from mailer.cli.tables import show
    from mailer.consent import public_key
    from mailer.keys import load_proof_key

    workspace = open_workspace(context)
    public = public_key(load_proof_key(workspace.keys))
    rows = list(_rows(workspace))
    if as_json:
        typer.echo(json.dumps({"keys": rows, "proofs_public_key": public}))
        return
    table = Table("key", "made", "use")
    for row in rows:
        table.add_row(row["key"], row["made"], row["use"])
    show(table)
    typer.echo(f"proofs are signed so that this key verifies them: {public}")


@app.command()
def rotate(context: typer.Context) -> None:
    """Sign new links with a new key; the links of mails already sent go on working.

    How long is `site.old_links` in config.toml. Running processes notice within a second. No other
    key is ever rotated: digests must still be found in years.
    Example: `mailer keys rotate`
    """
    from mailer.clock import utc_now
    from mailer.keys import rotate_links

    workspace = open_workspace(context)
    keep = workspace.settings.site.old_links
    new, dropped = rotate_links(workspace.keys, utc_now(), keep)
    typer.echo(f"link key {new.id} signs from now on; older links work for {keep.days} days more")
    for one in dropped:
        typer.echo(f"link key {one.id} had served its time and is gone")


def _rows(workspace: Workspace) -> Iterator[dict[str, str]]:
    from mailer.keys import FOR_EVER, link_keys, replaced_at

    ring = link_keys(workspace.keys)
    for one in ring:
        until = replaced_at(one, ring)
        keep = workspace.settings.site.old_links
        use = f"verifies until {until + keep:%Y-%m-%d}" if until else "signs"
        made = f"{one.made_at:%Y-%m-%d}" if one.made_at else "with the workspace"
        yield {"key": f"links {one.id}", "made": made, "use": use}
    for name in FOR_EVER:
        file = workspace.keys / name
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        use = "for good, never rotated"
        yield {"key": name.removesuffix(".key"), "made": f"{written:%Y-%m-%d}", "use": use}
