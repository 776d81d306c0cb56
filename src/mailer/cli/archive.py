"""mailer archive: what anybody may read of past issues."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from mailer.cli.app import open_store, open_workspace
from mailer.cli.issue import IssueName, ListKey

app = typer.Typer(
    help="The public archive: every sent issue, and those published without sending.\n\n"
    "Example: `mailer archive`",
    invoke_without_command=True,
)


@app.callback()
def archive(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List what the archives show, newest first.

    Example: `mailer archive`
    """
    if context.invoked_subcommand is not None:
        return
    from mailer.campaigns import archived_issues

    workspace = open_workspace(context)
    shown = [key for key, one in workspace.settings.lists.items() if one.archive]
    with open_store(workspace) as store, store.read() as connection:
        issues = [(key, issue) for key in shown for issue in archived_issues(connection, key)]
    rows: list[dict[str, Any]] = [
        {
            "list": key,
            "number": issue.number,
            "url": f"{workspace.settings.site.base_url}/a/{key}/{issue.number}",
            "titles": {locale: edition.title for locale, edition in issue.editions.items()},
            "published_at": issue.published_at.isoformat(),
            "was_sent": issue.campaign_id is not None,
        }
        for key, issue in issues
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['url']}  {next(iter(row['titles'].values()))}")


@app.command()
def publish(context: typer.Context, issue: IssueName, list_key: ListKey = None) -> None:
    """Show an issue in the archive without sending it; a hidden one is shown again.

    Example: `mailer archive publish 385`
    """
    import secrets

    from mailer.campaigns import CampaignError, locate_issue, prepare
    from mailer.campaigns import publish as show_in_archive
    from mailer.cli.findings import refuse_hard_findings
    from mailer.clock import utc_now

    workspace = open_workspace(context)
    prepared = prepare(workspace, locate_issue(workspace, issue, list_key))
    if not workspace.list(prepared.issue.list).archive:
        raise CampaignError(
            f"list {prepared.issue.list} has no archive",
            mend=f"set lists.{prepared.issue.list}.archive = true in config.toml",
        )
    refuse_hard_findings(workspace, prepared, force=None)
    with open_store(workspace) as store, store.write() as connection:
        show_in_archive(
            connection, prepared.plan(1), share_id=secrets.token_urlsafe(9), now=utc_now()
        )
    typer.echo(f"{prepared.frame.archive}/{prepared.issue.number}")


@app.command()
def unpublish(context: typer.Context, issue: IssueName, list_key: ListKey = None) -> None:
    """Take an issue out of the archive, sent or not; links to it in mails go on working.

    Example: `mailer archive unpublish 385`
    """
    from mailer.campaigns import locate_issue, slug_of
    from mailer.campaigns import unpublish as hide
    from mailer.clock import utc_now
    from mailer.content import survey_issues

    workspace = open_workspace(context)
    folder = locate_issue(workspace, issue, list_key).resolve()
    refs = survey_issues(folder.parent).issues
    slug = next(slug_of(ref) for ref in refs if ref.folder.resolve() == folder)
    with open_store(workspace) as store, store.write() as connection:
        hide(connection, slug, now=utc_now())
    typer.echo(f"{slug} is not in the archive")
