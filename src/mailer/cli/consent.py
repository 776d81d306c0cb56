"""mailer consent: the ledger sealed and verified, proofs checked, wordings listed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from mailer.cli import person
from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from mailer.consent import Head, Verified

app = typer.Typer(
    help="Who agreed to what: the ledger told, sealed and verified.", no_args_is_help=True
)
app.command()(person.show)
app.command()(person.withdraw)

WIDEST_CELL = 60

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("check-proof")
def check_proof(
    file: Annotated[Path, typer.Argument(help="A proof, as JSON or as a page.")],
    key: Annotated[
        str, typer.Option(help="The public key it must be signed by, as the publisher shows it.")
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Check a proof without any database: no byte of it changed, each entry under its seal.

    Example: `mailer consent check-proof jeanne.html --key 9f2a…`
    """
    from mailer.consent import ProofError
    from mailer.consent import check_proof as check
    from mailer.errors import InputError, Where

    try:
        checked = check(file.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=Where(file)) from None
    if key and key.strip().lower() != checked.key:
        raise ProofError(f"signed by another key: {checked.key}", where=Where(file))
    sealed = sum(entry["seal"] is not None for entry in checked.document["entries"])
    if as_json:
        typer.echo(json.dumps({"whole": True, "key": checked.key, "sealed": sealed}))
        return
    typer.echo(f"unchanged, {len(checked.document['entries'])} entries, {sealed} of them sealed")
    for number, one in checked.document["seals"].items():
        typer.echo(f"seal {number} of {one['sealed_at']}: {one['head']}")
    typer.echo(f"signed by {checked.key}" + ("" if key else ", to be compared with theirs"))


@app.command()
def wordings(
    context: typer.Context,
    who: Annotated[int | None, typer.Option(help="List who agreed to that wording.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the texts people agreed to, by version, and how many agreed to each.

    Example: `mailer consent wordings --who 3`
    """
    from mailer.consent import versions, who_agreed

    with open_store(open_workspace(context)) as store, store.read() as connection:
        if who is not None:
            people = who_agreed(connection, who)
            rows = [asdict(one) | {"when": one.when.isoformat()} for one in people]
        else:
            known = versions(connection)
            rows = [
                asdict(one) | {"first_used_at": f"{one.first_used_at:%Y-%m-%d}"} for one in known
            ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    _table(rows)


def _table(rows: list[dict[str, object]]) -> None:
    from rich.table import Table

    from mailer.cli.tables import show

    if not rows:
        typer.echo("nobody yet")
        return
    columns = [name for name in rows[0] if name not in {"digest", "subject"}]
    table = Table(*(name.replace("_", " ") for name in columns))
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    show(table)


def _cell(value: object) -> str:
    """One line, long enough to know a text by; --json has it whole."""
    words = "–" if value is None else " ".join(str(value).split())
    return words if len(words) <= WIDEST_CELL else f"{words[: WIDEST_CELL - 1]}…"


@app.command()
def seal(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Seal the ledger entries that no seal covers yet, and print the new heads.

    Note a head down where nobody can change it, and `mailer consent verify --against` will tell
    whether anything older was rewritten. Example: `mailer consent seal`
    """
    from mailer.clock import utc_now
    from mailer.consent import authority_of
    from mailer.consent import seal as seal_ledger

    workspace = open_workspace(context)
    authority = authority_of(workspace)
    stamp = authority.stamp if authority else None
    with open_store(workspace) as store, _counting("sealing") as tell:
        made = seal_ledger(store, workspace.seals, utc_now, stamp=stamp, tell=tell)
    if as_json:
        typer.echo(json.dumps([_head(one) for one in made]))
        return
    for one in made:
        typer.echo(f"seal {one.number} over {one.count} entries: {one.head}")
        if authority and not one.is_stamped:
            typer.echo("  without a time-stamp: the authority gave none", err=True)
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
    from mailer.consent import authority_of
    from mailer.consent import verify as verify_ledger
    from mailer.keys import load_keys

    workspace = open_workspace(context)
    noted = [_parse_head(text) for text in against or ()]
    with open_store(workspace) as store, store.read() as connection, _counting("reading") as tell:
        keys = load_keys(workspace.keys)
        authority = authority_of(workspace)
        seen = verify_ledger(
            connection,
            keys,
            workspace.seals,
            against=noted,
            check_stamp=authority.check if authority else None,
            tell=tell,
        )
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
