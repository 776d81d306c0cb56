"""mailer import: readers from a CSV file, each with the proof of their consent."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from mailer.config import Workspace
    from mailer.importing import Desk, Figures, FileFacts, Outcome, Report, Survey
    from mailer.store import Store

File = Annotated[Path, typer.Argument(help="The CSV file.", show_default=False)]
ListKey = Annotated[
    str, typer.Option("--list", help="The list the readers join.", show_default=False)
]
Source = Annotated[
    str, typer.Option(help="Where consent was given, for rows that do not say.", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, write nothing.")]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report", help="Where refused rows go; else to var/reports/.", show_default=False
    ),
]
BasisText = Annotated[
    str | None,
    typer.Option(
        "--consent-basis",
        help="On what the consent of rows without evidence rests; needs the next two.",
        show_default=False,
    ),
]
BasisDate = Annotated[
    str | None,
    typer.Option("--consent-date", help="Since when: 2024-05-06.", show_default=False),
]
BasisWording = Annotated[
    Path | None,
    typer.Option("--wording", help="A file with the very words agreed to.", show_default=False),
]
Encoding = Annotated[
    str | None,
    typer.Option(help="The file's encoding, where it is taken for another.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


def import_(
    context: typer.Context,
    file: File,
    list_key: ListKey,
    source: Source = "",
    report_file: ReportFile = None,
    consent_basis: BasisText = None,
    consent_date: BasisDate = None,
    wording: BasisWording = None,
    encoding: Encoding = None,
    *,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take the readers of a CSV file into a list, each with the proof of their consent.

    Rows that cannot be taken go to a report with their reasons; importing a file twice changes
    nothing. Example: `mailer import subscribers/cafe.csv --list cafe --dry-run`
    """
    from mailer.clock import utc_now
    from mailer.importing import FileFacts, Terms, import_rows, read_basis, survey

    workspace = open_workspace(context)
    settings = workspace.list(list_key)
    now = utc_now()
    basis = read_basis(consent_basis, consent_date, wording, settings.zone, now)
    found = survey(file, encoding)
    terms = Terms(
        columns=found.columns,
        locale=settings.locale,
        zone=settings.zone,
        now=now,
        source=source.strip(),
        basis=basis,
        day_order=found.day_order,
    )
    facts = FileFacts(
        list_key=list_key,
        name=file.name,
        digest=found.source.octets.digest,
        basis=str(basis or ""),
    )
    report = _report(workspace, found, report_file, now, dry_run=dry_run)
    with (
        _desk(workspace, facts, dry_run=dry_run) as desk,
        report,
        _progress(found.rows) as on_progress,
    ):
        if report_file is not None:
            report.open()
        outcome = import_rows(found, terms, desk, report, on_progress=on_progress)
    summary = _summary(found, outcome, report, facts, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print(summary, outcome)


def _report(
    workspace: Workspace, found: Survey, file: Path | None, now: datetime, *, dry_run: bool
) -> Report:
    from mailer.importing import ImportFileError, Report, default_report

    if file is not None and file.exists() and file.samefile(found.source.file):
        raise ImportFileError("the report would overwrite the imported file")
    if file is None and not dry_run:
        file = default_report(workspace.var / "reports", found.source.file, now)
    return Report(file, found.columns.header, found.source.delimiter)


@contextmanager
def _desk(workspace: Workspace, facts: FileFacts, *, dry_run: bool) -> Iterator[Desk]:
    from mailer.clock import utc_now
    from mailer.importing import Register, Rehearsal
    from mailer.keys import load_keys

    if not dry_run:
        with open_store(workspace) as store:
            yield Register(store, load_keys(workspace.keys), facts, utc_now)
        return
    with _store_to_read(workspace) as store_or_none:
        keys = load_keys(workspace.keys) if any(workspace.keys.glob("*.key")) else None
        with Rehearsal(store_or_none, keys, facts.list_key) as rehearsal:
            yield rehearsal


@contextmanager
def _store_to_read(workspace: Workspace) -> Iterator[Store | None]:
    """The database as it is; None where none was made yet, and none is made."""
    from sqlalchemy import inspect, make_url

    from mailer.store import Store, check_version

    url = make_url(workspace.store_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        yield None
        return
    store = Store(workspace.store_url)
    try:
        with store.read() as connection:
            is_made = inspect(connection).has_table("subscribers")
        if is_made:
            check_version(store)
        yield store if is_made else None
    finally:
        store.close()


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[Figures], None]]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeLeft())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=rows)
        yield lambda figures: progress.update(task, completed=figures.read)


def _summary(
    found: Survey, outcome: Outcome, report: Report, facts: FileFacts, *, dry_run: bool
) -> dict[str, Any]:
    """Everything that is printed, as plain values."""
    from mailer.importing import DELIMITERS

    return {
        "file": str(found.source.file),
        "list": facts.list_key,
        "dry_run": dry_run,
        "encoding": found.source.encoding,
        "delimiter": DELIMITERS[found.source.delimiter],
        "columns": found.columns.described(),
        "day_order": str(found.day_order),
        **outcome.figures.to_json(),
        "basis": facts.basis,
        "report": str(report.path) if report.is_written else "",
    }


def _print(summary: dict[str, Any], outcome: Outcome) -> None:
    from mailer.cli.tables import figures_table, show

    typer.echo(f"{summary['file']}: {summary['encoding']}, {summary['delimiter']}")
    typer.echo("columns: " + ", ".join(_column(*pair) for pair in summary["columns"].items()))
    if summary["day_order"] != "not told":
        typer.echo(f"dates like 03/04/2021: {summary['day_order']}")
    if summary["basis"]:
        typer.echo(f"consent stated once for the whole file: {summary['basis']}")
    rows = [(name, summary[name]) for name in ("read", "imported", "merged", "refused")]
    rows[2:2] = [(f"  as {action}", count) for action, count in summary["imported_as"].items()]
    rows += [(f"  {reason}", count) for reason, count in summary["refused_because"].items()]
    show(figures_table("rows", rows))
    for refusal in outcome.examples:  # no address on a screen or in a log
        typer.echo(f"row {refusal.record.row}: {refusal.reason}")
    if len(outcome.examples) < summary["refused"]:
        typer.echo("…")
    if summary["report"]:
        typer.echo(f"every refused row, to be mended and imported again: {summary['report']}")
    if summary["dry_run"]:
        typer.echo("a dry run: nothing was written")


def _column(name: str, meaning: str) -> str:
    return name if name == meaning else f"{name} → {meaning}"
