"""Every command, in the order in which a publisher meets them."""

from __future__ import annotations

from functools import cache

from mailer.cli import (
    archive,
    backup,
    bounces,
    campaigns,
    check,
    consent,
    database,
    dkim,
    doctor,
    forwards,
    importing,
    init,
    issue,
    keys,
    new,
    run,
    schedule,
    send,
    serve,
    stats,
    template,
)
from mailer.cli.app import app


@cache
def register() -> None:
    """Hang every command into the application, once."""
    app.command()(init.init)
    app.command()(new.new)
    app.command("import")(importing.import_)
    app.command()(issue.preview)
    app.command()(check.check)
    app.command()(send.send)
    app.add_typer(campaigns.app, name="campaigns")
    app.command()(stats.stats)
    app.add_typer(archive.app, name="archive")
    app.add_typer(schedule.app, name="schedule")
    app.command()(forwards.forwards)
    app.add_typer(consent.app, name="consent")
    app.command()(run.run)
    app.command()(bounces.bounces)
    app.command()(serve.serve)
    app.command()(serve.sandbox)
    app.add_typer(template.app, name="template")
    app.add_typer(dkim.app, name="dkim")
    app.add_typer(keys.app, name="keys")
    app.command()(doctor.doctor)
    app.command()(backup.backup)
    app.command()(backup.restore)
    app.add_typer(database.app, name="db")
