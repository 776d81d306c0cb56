"""mailer doctor: what is wrong, and how to mend it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

SIGNS = {"good": "✓", "unknown": "·", "frail": "!", "ill": "✗"}
STYLES = {"good": "green", "unknown": "dim", "frail": "yellow", "ill": "red bold"}


def doctor(
    context: typer.Context,
    *,
    offline: Annotated[bool, typer.Option(help="Ask neither relays nor DNS.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> None:
    """Examine config, database, keys, templates, schedule, relays, DNS, clock and disk.

    Exit 1 where something does not work. Example: `mailer doctor`
    """
    from rich.console import Console
    from rich.text import Text

    from mailer.clock import utc_now
    from mailer.desk.doctor import Health, Lookups, examine

    console = Console()
    findings = []
    for one in examine(context.find_root().obj, utc_now(), Lookups(), offline=offline):
        findings.append(one)
        if not as_json:
            sign = Text(f"{SIGNS[one.health]} ", style=STYLES[one.health])
            console.print(sign + Text(str(one)), soft_wrap=True)
    if as_json:
        rows = [
            {"topic": one.topic, "health": one.health, "what": one.what, "mend": one.mend}
            for one in findings
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    if any(one.health is Health.ILL for one in findings):
        raise typer.Exit(1)
