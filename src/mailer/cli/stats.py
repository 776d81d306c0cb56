"""mailer stats: what became of the issues that were sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from mailer.config import Workspace
    from mailer.stats import IssueFigures


def stats(
    context: typer.Context,
    issue: Annotated[
        str | None, typer.Argument(help="Its number or its folder's name; none: all of them.")
    ] = None,
    list_key: Annotated[str | None, typer.Option("--list", help="The list it is of.")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts instead.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many issues.")] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show what became of issues: copies, who left and came, which links were followed.

    Machines (scanners, proxies, previews) are counted apart from people.

    Example: `mailer stats 386 --list cafe`
    """
    from mailer.stats import figures_named, latest_figures

    workspace = open_workspace(context)
    if list_key is not None:
        workspace.list(list_key)
    with open_store(workspace) as store, store.read() as connection:
        if issue is None:
            figures = latest_figures(connection, list_key, limit=limit)
        else:
            figures = [figures_named(connection, issue, list_key)]
    if html is not None:
        _write_page(workspace, figures, html, is_one=issue is not None)
    elif as_json:
        found = [_as_data(one) for one in figures]
        typer.echo(json.dumps(found if issue is None else found[0], ensure_ascii=False))
    elif issue is None:
        _show_all(figures)
    else:
        _show_one(figures[0])


def _write_page(
    workspace: Workspace, figures: Sequence[IssueFigures], file: Path, *, is_one: bool
) -> None:
    from mailer.errors import InputError
    from mailer.language import translator
    from mailer.stats import issue_page, issues_page

    if not figures:
        raise InputError("no issue was sent yet", mend="send one first: mailer send")
    mailing_list = workspace.list(figures[0].list_key)
    language = translator(mailing_list.locale)
    if is_one:
        page = issue_page(figures[0], mailing_list.zone, language)
    else:
        page = issues_page(figures, mailing_list.zone, language)
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{file} cannot be written: {error.strerror}", mend="name another file"
        ) from None
    typer.echo(f"written: {file}")


def _show_all(figures: Sequence[IssueFigures]) -> None:
    from rich.table import Table

    from mailer.cli.tables import show
    from mailer.store.tables import DeliveryState

    table = Table()
    for head in ("issue", "launched"):
        table.add_column(head, no_wrap=True)
    for head in ("sent", "failed", "left", "joined", "shared", "links"):
        table.add_column(head, justify="right")
    for one in figures:
        counts = (
            one.states.get(DeliveryState.ACCEPTED, 0),
            one.states.get(DeliveryState.FAILED, 0),
            one.left,
            one.joined,
            one.joined_by_share,
            one.followed,
        )
        table.add_row(one.slug, f"{one.launched_at:%Y-%m-%d}", *map(str, counts))
    show(table)


def _show_one(one: IssueFigures) -> None:
    from rich.table import Table

    from mailer.cli.tables import figures_table, show

    rows = [("audience", one.audience)]
    rows += [(state.value.replace("_", " "), count) for state, count in sorted(one.states.items())]
    rows += [(f"failed: {why.value}", count) for why, count in one.failures.items()]
    rows += [
        ("left since", one.left),
        ("sign-ups confirmed since", one.joined),
        ("of them by its share link", one.joined_by_share),
        ("visits to the shared page", one.share_visits),
        ("links followed", one.followed),
        ("links followed by machines", one.followed_by_machines),
    ]
    show(figures_table(f"issue {one.slug}", rows))
    table = Table("link", "where", "people", "machines")
    for link in one.links:
        table.add_row(link.label, link.url, str(link.people), str(link.machines))
    if one.links:
        show(table)


def _as_data(one: IssueFigures) -> dict[str, Any]:
    return {
        "list": one.list_key,
        "issue": one.slug,
        "number": one.number,
        "campaign": one.campaign,
        "launched_at": one.launched_at.isoformat(),
        "finished_at": one.finished_at.isoformat() if one.finished_at else None,
        "audience": one.audience,
        "states": {state.value: count for state, count in sorted(one.states.items())},
        "failed_because": {why.value: count for why, count in one.failures.items()},
        "left": one.left,
        "joined": one.joined,
        "joined_by_share": one.joined_by_share,
        "share_visits": one.share_visits,
        "followed": one.followed,
        "followed_by_machines": one.followed_by_machines,
        "links": [
            {
                "n": link.n,
                "locale": link.locale,
                "label": link.label,
                "url": link.url,
                "people": link.people,
                "machines": link.machines,
            }
            for link in one.links
        ],
    }
