"""mailer consent: the ledger sealed, verified and told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from mailer.consent import Head, Verified

app = typer.Typer(
    help="Who agreed to what: the ledger told, sealed and verified.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command()
def seal(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Seal the ledger entries that no seal covers yet, and print the new heads.

    Note a head down where nobody can change it, and `mailer consent verify --against` will tell
    whether anything older was rewritten. Example: `mailer consent seal`
    """
    from mailer.clock import utc_now
    from mailer.consent import seal as seal_ledger

    workspace = open_workspace(context)
    with open_store(workspace) as store, _counting("sealing") as tell:
        made = seal_ledger(store, workspace.seals, utc_now, tell=tell)
    if as_json:
        typer.echo(json.dumps([_head(one) for one in made]))
        return
    for one in made:
        typer.echo(f"seal {one.number} over {one.count} entries: {one.head}")
    if not made:
        typer.echo("everything is sealed already")


@app.command()
def verify(
    context: typer.Context,
    against: Annotated[
        list[str] | None, typer.Option(help="A head noted down earlier; may be given again.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Hold the ledger against its seals; the first entry changed, removed or inserted is named.

    Example: `mailer consent verify --against 3f1c…`
    """
    from mailer.consent import verify as verify_ledger
    from mailer.keys import load_keys

    workspace = open_workspace(context)
    noted = [_parse_head(text) for text in against or ()]
    with open_store(workspace) as store, store.read() as connection, _counting("reading") as tell:
        keys = load_keys(workspace.keys)
        seen = verify_ledger(connection, keys, workspace.seals, against=noted, tell=tell)
    typer.echo(json.dumps(_verified(seen)) if as_json else "\n".join(_told(seen)))
    if not seen.is_whole:
        raise typer.Exit(1)


def _parse_head(text: str) -> str:
    from mailer.errors import InputError

    head = text.strip().lower()
    if len(head) != 64 or set(head) - set("0123456789abcdef"):
        raise InputError(f"{text!r} is no head", mend="a head has 64 digits, as seals print it")
    return head


def _told(seen: Verified) -> Iterator[str]:
    for one in seen.findings:
        yield f"{one.fault.value}: {one.words}"
    whole = "as they were sealed" if seen.is_whole else "NOT as they were sealed"
    yield f"{seen.records} entries under {seen.seals} seals: {whole}"
    if seen.stamped:
        yield f"{seen.stamped} seals are time-stamped"
    yield f"{seen.unsealed} entries are not sealed yet"
    if seen.newest:
        yield f"newest head: {seen.newest.head}"


def _verified(seen: Verified) -> dict[str, object]:
    return {
        "whole": seen.is_whole,
        "sealed": seen.records,
        "unsealed": seen.unsealed,
        "seals": seen.seals,
        "time_stamped": seen.stamped,
        "newest": _head(seen.newest) if seen.newest else None,
        "findings": [
            {"fault": one.fault, "words": one.words, "entry": one.record, "seal": one.seal}
            for one in seen.findings
        ],
    }


def _head(one: Head) -> dict[str, object]:
    return {
        "seal": one.number,
        "head": one.head,
        "entries": one.count,
        "sealed_at": one.sealed_at.isoformat(),
        "time_stamped": one.is_stamped,
    }


@contextmanager
def _counting(words: str) -> Iterator[Callable[[int], None]]:
    """A count of entries on a terminal; nothing where the output is piped."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _count: None
        return
    with Progress(
        "{task.description}", "{task.completed} entries", console=console, transient=True
    ) as progress:
        task = progress.add_task(words, total=None)
        yield lambda count: progress.update(task, advance=count)
