"""mailer forwards: what became of an issue that readers passed on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_store, open_workspace
from mailer.cli.issue import IssueName, ListKey

if TYPE_CHECKING:
    from mailer.stats import Branching, Forwards


def forwards(
    context: typer.Context,
    issue: IssueName,
    list_key: ListKey = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say how far an issue went: visits, «this was forwarded to me», and who came to stay.

    Example: `mailer forwards 386`
    """
    from mailer.campaigns import CampaignError, issue_of_slug, locate_issue, slug_of
    from mailer.content import survey_issues
    from mailer.stats import branching_as_data, forwards_of

    workspace = open_workspace(context)
    folder = locate_issue(workspace, issue, list_key).resolve()
    refs = survey_issues(folder.parent).issues
    slug = next(slug_of(ref) for ref in refs if ref.folder.resolve() == folder)
    with open_store(workspace) as store, store.read() as connection:
        issue_id = issue_of_slug(connection, slug)
        if issue_id is None:
            raise CampaignError(f"{slug} has not been sent", mend="see: mailer campaigns")
        found = forwards_of(connection, issue_id)
    if not as_json:
        _print(slug, found)
        return
    data = {
        "issue": slug,
        "visits": found.visits,
        "machine_visits": found.machine_visits,
        "declared": found.declared,
        "waiting": found.waiting,
        "confirmed": found.confirmed,
        "generations": list(found.generations),
        "through_the_issues_link": branching_as_data(found.by_issue),
        "through_readers_links": [branching_as_data(one) for one in found.by_readers],
    }
    typer.echo(json.dumps(data, ensure_ascii=False))


def _print(slug: str, found: Forwards) -> None:
    from rich.console import Console
    from rich.tree import Tree

    from mailer.cli.tables import figures_table, show

    rows = [
        ("visits of the shared page (requests; may be the reader again)", found.visits),
        ("  fetched by machines, beside these", found.machine_visits),
        ("declared: «No, this was forwarded to me»", found.declared),
        ("asked to subscribe, not confirmed yet", found.waiting),
        ("confirmed: subscribed through it, by mail too", found.confirmed),
    ]
    show(figures_table(slug, rows))
    if not found.confirmed:
        return
    tree = Tree(f"confirmed, by generation: {', '.join(map(str, found.generations))}")
    _grow(tree.add(f"through the issue's own link: {found.by_issue.confirmed}"), found.by_issue)
    for one in found.by_readers:
        _grow(tree.add(f"through one reader's link: {one.confirmed}"), one)
    Console().print(tree)


def _grow(tree: object, branching: Branching) -> None:
    from rich.tree import Tree

    assert isinstance(tree, Tree)
    for one in branching.onward:
        _grow(tree.add(f"one of them passed on to: {one.confirmed}"), one)
