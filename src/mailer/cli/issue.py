"""mailer preview and mailer check: an issue before it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mailer.cli.app import open_workspace

IssueName = Annotated[str, typer.Argument(help="Its folder, its number, or «newest».")]
ListKey = Annotated[str | None, typer.Option("--list", help="The list it is for.")]


def preview(
    context: typer.Context,
    issue: IssueName,
    list_key: ListKey = None,
    out: Annotated[Path | None, typer.Option(help="Where to; by default var/preview.")] = None,
    name: Annotated[str, typer.Option(help="The reader's name; empty shows that case.")] = "",
    address: Annotated[str, typer.Option(help="The reader's address.")] = "reader@example.org",
) -> None:
    """Write an issue as one reader would get it: HTML, text and the whole message (.eml).

    Example: `mailer preview 386 --name "Anne Le Goff"`
    """
    from mailer.campaigns import locate_issue, prepare
    from mailer.clock import utc_now
    from mailer.desk import write_preview
    from mailer.keys import load_keys

    workspace = open_workspace(context)
    prepared = prepare(workspace, locate_issue(workspace, issue, list_key))
    written = write_preview(
        prepared,
        out or workspace.var / "preview",
        load_keys(workspace.keys),
        name=name,
        address=address,
        now=utc_now(),
    )
    for one in written:
        for file in (one.html, one.text, one.eml):
            typer.echo(file)
        typer.echo(f"  {one.locale}: {one.octets / 1000:.1f} kB as it leaves")


def check(
    context: typer.Context,
    issue: IssueName,
    list_key: ListKey = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> None:
    """Say what would hurt an issue; hard faults stop a send, the rest warns.

    Example: `mailer check 386`
    """
    from mailer.campaigns import locate_issue, prepare
    from mailer.cli.findings import tell
    from mailer.composing import preflight
    from mailer.scheduling import column_findings

    workspace = open_workspace(context)
    prepared = prepare(workspace, locate_issue(workspace, issue, list_key))
    findings = [
        *preflight(prepared.issue, prepared.draft),
        *column_findings(workspace, prepared.issue),
    ]
    if as_json:
        rows = [
            {
                "severity": one.severity,
                "where": str(one.where or ""),
                "what": one.what,
                "why": one.why,
                "mend": one.mend,
            }
            for one in findings
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        tell(findings)
    hard = sum(one.severity == "hard" for one in findings)
    if hard:
        raise typer.Exit(1)
    if not as_json:
        typer.echo(f"{prepared.slug}: nothing stops it" + (", see above" if findings else ""))
