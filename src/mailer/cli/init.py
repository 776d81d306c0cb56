"""mailer init: a new workspace, ready to send to its own sandbox."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mailer.config import Locale, Security
    from mailer.desk import Publication

PLACEHOLDER = {
    "fr": "Votre nom, 1 rue de l’Exemple, 75000 Paris, France",
    "en": "Your name, 1 Example Street, Dublin, Ireland",
}
"""Good for the sandbox; no other relay gets a mail with it."""
TITLES = {"fr": "Ma lettre", "en": "My Newsletter"}
ZONES = {"fr": "Europe/Paris", "en": "Europe/Dublin"}
SANDBOX = "sandbox"


def init(
    folder: Annotated[Path, typer.Argument(help="The new workspace's folder.")] = Path(),
    *,
    title: Annotated[str, typer.Option(help="The name readers will know.")] = "",
    sender: Annotated[str, typer.Option("--from", help="The From line: Name <address>.")] = "",
    language: Annotated[str, typer.Option(help="fr or en.")] = "",
    relay: Annotated[str, typer.Option(help="Your mail server as host:port, or «sandbox».")] = "",
    username: Annotated[str, typer.Option(help="Your login there.")] = "",
    postal_address: Annotated[
        str, typer.Option(help="Yours, which the law asks for in every mail.")
    ] = "",
    base_url: Annotated[str, typer.Option(help="The reader pages' https address.")] = "",
    privacy_url: Annotated[str, typer.Option(help="Your privacy notice.")] = "",
    timezone: Annotated[str, typer.Option(help="Dates are told in it: Europe/Paris.")] = "",
    template: Annotated[str, typer.Option(help="How it looks: a folder of templates/.")] = "cafe",
    key: Annotated[str, typer.Option(help="The list's short name in addresses of pages.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take the defaults.")] = False,
) -> None:
    """Make a workspace: config.toml, templates, a first issue that explains itself.

    In a terminal it asks for what it was not told; with everything told, or in a script, it is
    silent. Example: `mailer init my-letter --title "My Letter" --from "Me <me@example.com>"`
    """
    from mailer.desk import make_workspace

    ask = _asking(is_silent=yes or not sys.stdin.isatty())
    locale = _locale(language or ask("Language (fr, en)", "fr"))
    named = title or ask("Title", TITLES[locale])
    address = sender or ask("From", f"{_bare(named)} <news@example.com>")
    server = relay or ask("Mail server (host:port, or «sandbox» to try things out)", SANDBOX)
    login = username or ("" if server == SANDBOX else ask("Login there (empty for none)", ""))
    where = postal_address or ask("Postal address, shown in every mail", PLACEHOLDER[locale])
    publication = _publication(
        title=named,
        sender=address,
        locale=locale,
        server=server,
        username=login,
        postal_address=where,
        base_url=base_url,
        privacy_url=privacy_url,
        timezone=timezone or ZONES[locale],
        template=template,
        key=key,
    )
    make_workspace(folder, publication)
    _tell(folder, publication)


def _asking(*, is_silent: bool) -> Callable[[str, str], str]:
    if is_silent:
        return lambda _words, default: default
    return lambda words, default: str(typer.prompt(words, default=default)).strip()


def _locale(language: str) -> Locale:
    from mailer.errors import InputError

    if language == "fr":
        return "fr"
    if language == "en":
        return "en"
    raise InputError(f"no pages are written in {language!r}", mend="choose fr or en")


def _bare(title: str) -> str:
    """A title as a display name needs no quotes."""
    return "".join(letter for letter in title if letter.isalnum() or letter in " -’'")


def _publication(
    *,
    title: str,
    sender: str,
    locale: Locale,
    server: str,
    username: str,
    postal_address: str,
    base_url: str,
    privacy_url: str,
    timezone: str,
    template: str,
    key: str,
) -> Publication:
    from mailer.config import Mailbox, parse_mailbox
    from mailer.desk import Publication, key_of
    from mailer.errors import InputError

    try:
        mailbox = parse_mailbox(sender)
    except ValueError as error:
        raise InputError(f"--from {sender!r}: {error}") from None
    assert isinstance(mailbox, Mailbox)
    host, port, security = _relay(server)
    return Publication(
        key=key or key_of(title),
        title=title,
        sender=sender,
        locale=locale,
        postal_address=postal_address,
        contact=mailbox.address,
        privacy_url=privacy_url or f"https://{mailbox.domain}/privacy",
        timezone=timezone,
        template=template,
        base_url=base_url or "http://127.0.0.1:8025",
        relay_host=host,
        relay_port=port,
        relay_security=security,
        relay_username=username,
    )


def _relay(server: str) -> tuple[str, int, Security]:
    from mailer.errors import InputError

    if server == SANDBOX:
        return "127.0.0.1", 2525, "none"
    host, colon, port = server.rpartition(":")
    if not colon:
        host, port = server, "587"
    if not port.isdigit() or not 0 < int(port) < 65536 or not host.strip("[]"):
        raise InputError(f"--relay {server!r} names no port", mend="write it as host:587")
    # RFC 8314 3.3: 465 is TLS from the first octet.
    security: Security = "tls" if port == "465" else "starttls"
    return host.strip("[]"), int(port), security


def _tell(folder: Path, publication: Publication) -> None:
    steps = [
        *([f"cd {folder}"] if folder != Path() else []),
        "mailer preview 1 --watch      # see the first issue; it explains itself",
        f"mailer import readers.csv --list {publication.key} --dry-run",
    ]
    if publication.is_sandboxed:
        steps.append("mailer sandbox                # a mail server that keeps what it gets")
    else:
        steps.append("export MAILER_RELAYS__MAIN__PASSWORD=…   # or password_file in config.toml")
    steps += ["mailer doctor                 # what is wrong, and how to mend it"]
    typer.echo(f"{publication.title}: a workspace for list {publication.key}. Next:")
    for step in steps:
        typer.echo(f"  {step}")
