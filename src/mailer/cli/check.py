"""mailer check: what would hurt an issue, before it leaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailer.campaigns import Prepared
    from mailer.composing import Finding, Glance
    from mailer.config import Workspace


def check(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="Its folder, its number, or «newest».")],
    list_key: Annotated[str | None, typer.Option("--list", help="The list it is for.")] = None,
    *,
    online: Annotated[
        bool, typer.Option("--online", help="Ask every link's server, politely.")
    ] = False,
    force: Annotated[
        str | None,
        typer.Option(metavar="WHY", help="See whether a reason would let it pass, as in send."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> None:
    """Say what would hurt an issue; hard faults stop a send, the rest warns.

    Example: `mailer check 386`
    """
    from mailer.campaigns import findings_of, forced, locate_issue, prepare
    from mailer.cli.findings import tell

    workspace = open_workspace(context)
    prepared = prepare(workspace, locate_issue(workspace, issue, list_key))
    findings = findings_of(workspace, prepared)
    if online:
        findings += _asked(workspace, prepared)
    glances = _glances(prepared)
    if as_json:
        typer.echo(json.dumps(_as_data(prepared, findings, glances), ensure_ascii=False, indent=2))
    else:
        tell(findings)
        for one in glances:
            typer.echo(_line(prepared, one))
    if force is not None:
        passed = forced(findings, force)
    elif any(one.severity == "hard" for one in findings):
        raise typer.Exit(1)
    if as_json:
        return
    if force is not None and passed:
        typer.echo(f"{prepared.slug}: a reason lets {len(passed)} hard finding(s) pass")
    else:
        typer.echo(f"{prepared.slug}: nothing stops it" + (", see above" if findings else ""))


def _asked(workspace: Workspace, prepared: Prepared) -> list[Finding]:
    """What the servers of the issue's links say."""
    from mailer.campaigns import pinned
    from mailer.cli.progress import counted
    from mailer.desk.links import asker_for, follow_all, link_findings

    urls = dict.fromkeys(link.url for link in prepared.draft.links)
    asker = asker_for(prepared.frame)
    with counted("links asked", len(urls)) as on_answer:
        trails = follow_all(asker.ask, urls, on_answer=on_answer)
    return list(pinned(workspace, prepared.issue.list, link_findings(prepared.issue, trails)))


def _glances(prepared: Prepared) -> list[Glance]:
    """Nothing where a copy cannot be made: a finding says so."""
    from mailer.composing import glances
    from mailer.errors import InputError

    try:
        return glances(prepared.issue, prepared.draft)
    except InputError:
        return []


def _line(prepared: Prepared, one: Glance) -> str:
    return (
        f"{prepared.slug} ({one.locale}): {one.minutes} min to read, {one.words} words,"
        f" {one.links} links, {one.octets / 1000:.0f} kB;"
        f" a phone shows «{one.subject}» and «{one.preheader}»"
    )


def _as_data(
    prepared: Prepared, findings: Sequence[Finding], glances: Sequence[Glance]
) -> dict[str, object]:
    return {
        "issue": prepared.slug,
        "findings": [
            {
                "severity": one.severity,
                "file": str(one.where.file) if one.where else "",
                "line": one.where.line if one.where else None,
                "what": one.what,
                "why": one.why,
                "mend": one.mend,
                "forcible": one.severity == "hard" and one.forcible,
            }
            for one in findings
        ],
        "editions": [
            {
                "locale": one.locale,
                "minutes": one.minutes,
                "words": one.words,
                "links": one.links,
                "html_octets": one.octets,
                "phone_subject": one.subject,
                "phone_preheader": one.preheader,
            }
            for one in glances
        ],
    }
