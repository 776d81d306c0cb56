"""mailer consent show and withdraw: one person's story, and a withdrawal on their word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.app import open_store, open_workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailer.address import Address
    from mailer.config import Workspace
    from mailer.consent import Document, Told
    from mailer.keys import Keys

Person = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's address.")]


def show(
    context: typer.Context,
    email: Person,
    language: Annotated[
        str, typer.Option(help="fr or en; by default the first list's language.")
    ] = "",
    proof: Annotated[
        Path | None, typer.Option(help="Write a signed proof: FILE.json, and FILE.html to print.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Tell what a person asked for, agreed to and withdrew, in which words, and what holds today.

    Example: `mailer consent show jeanne@courrier.example --proof jeanne.html`
    """
    from mailer.address import Address
    from mailer.consent import story_of
    from mailer.errors import InputError
    from mailer.keys import load_keys
    from mailer.language import LOCALES

    workspace = open_workspace(context)
    lists = workspace.settings.lists
    locale = language or next(iter(lists.values())).locale
    if locale not in LOCALES:
        raise InputError(f"no language {language!r}", mend=f"write one of {', '.join(LOCALES)}")
    address = Address.parse(email)
    titles = {key: one.title for key, one in lists.items()}
    with open_store(workspace) as store, store.read() as connection:
        story = story_of(connection, address)
        today = standing(connection, load_keys(workspace.keys), address, titles, locale)
        if proof is not None:
            document = _proof(connection, workspace, story, address, titles, today, locale)
    if proof is not None:
        _write(workspace, document, proof)
    elif as_json:
        typer.echo(json.dumps(_data(story, address, titles, today, locale), ensure_ascii=False))
    else:
        typer.echo("\n".join(_told(story, address, titles, today, locale)))


def withdraw(
    context: typer.Context,
    email: Person,
    list_key: Annotated[str, typer.Option("--list", help="The list they want to leave.")],
) -> None:
    """End a subscription on the person's own word, given by telephone or letter.

    It is recorded as such, and they get the mail that says goodbye.
    Example: `mailer consent withdraw jeanne@courrier.example --list cafe`
    """
    from mailer.address import Address
    from mailer.audience import Act, find_person, list_id, membership_of
    from mailer.clock import utc_now
    from mailer.errors import InputError
    from mailer.keys import load_keys
    from mailer.notices import part
    from mailer.store.tables import Channel

    workspace = open_workspace(context)
    workspace.list(list_key)
    address = Address.parse(email)
    act = Act(at=utc_now(), channel=Channel.ADMIN, place="mailer consent withdraw")
    with open_store(workspace) as store, store.write() as connection:
        person = find_person(connection, address)
        known = list_id(connection, list_key)
        reader = membership_of(connection, person, known) if person and known else None
        if reader is None:
            raise InputError(
                f"this address has never had to do with {list_key}",
                mend=f"see: mailer consent show {address}",
            )
        after = part(connection, workspace, load_keys(workspace.keys), reader, act)
    changed = after.consent_id != reader.consent_id
    typer.echo("withdrawn" if changed else "withdrawn already: nothing changed")


def standing(
    connection: Connection, keys: Keys, address: Address, titles: Mapping[str, str], locale: str
) -> list[str]:
    """Sentences: whether mail may go to the address today and why, or why not."""
    from mailer.audience import EVERY_LIST, explain, kept_out
    from mailer.clock import utc_now
    from mailer.consent import moment
    from mailer.language import translator

    _ = translator(locale).gettext
    found = []
    for one in explain(connection, address, utc_now()):
        title = titles.get(one.list_key, one.list_key)
        if one.is_mailed:
            words = _(
                "%(title)s is sent to this address, because entry %(number)s allows it and is"
                " the person's newest word.",
                title=title,
                number=one.consent_id,
            )
        else:
            words = _(
                "%(title)s is not sent to this address: %(reason)s (entry %(number)s).",
                title=title,
                reason=_(one.why_not or "no consent"),
                number=one.consent_id,
            )
        found.append(words)
    for kept in kept_out(connection, keys, address):
        scope = titles.get(kept.scope, kept.scope)
        found.append(
            _(
                "Since %(when)s the address is kept out of %(scope)s: %(reason)s.",
                when=moment(kept.since, locale),
                scope=_("every list") if kept.scope == EVERY_LIST else scope,
                reason=_(kept.reason.value),
            )
        )
    return found or [_("Nothing is sent to this address.")]


def _proof(
    connection: Connection,
    workspace: Workspace,
    story: Sequence[Told],
    address: Address,
    titles: Mapping[str, str],
    today: Sequence[str],
    locale: str,
) -> Document:
    from mailer.clock import utc_now
    from mailer.consent import make_proof
    from mailer.keys import load_proof_key

    return make_proof(
        connection,
        load_proof_key(workspace.keys),
        story,
        address=str(address),
        titles=titles,
        standing=today,
        locale=locale,
        now=utc_now(),
    )


def _write(workspace: Workspace, document: Document, file: Path) -> None:
    from mailer.consent import as_json, as_page, public_key
    from mailer.errors import InputError, Where
    from mailer.keys import load_proof_key

    key = load_proof_key(workspace.keys)
    stem = file.with_suffix("") if file.suffix in {".json", ".html"} else file
    for written, octets in (
        (stem.with_name(f"{stem.name}.json"), as_json(document)),
        (stem.with_name(f"{stem.name}.html"), as_page(document, key)),
    ):
        try:
            written.write_bytes(octets)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", where=Where(written)) from None
        typer.echo(f"wrote {written}")
    typer.echo(f"signed by {public_key(key)}")


def _told(
    story: Sequence[Told],
    address: Address,
    titles: Mapping[str, str],
    today: Sequence[str],
    locale: str,
) -> Iterator[str]:
    from mailer.consent import details, moment, sentence
    from mailer.language import translator

    _ = translator(locale).gettext
    yield str(address)
    if not story:
        yield _("The ledger holds nothing about this address.")
    for one in story:
        number = _("entry %(number)s", number=one.record.id)
        yield ""
        yield f"{moment(one.record.recorded_at, locale)} · {number}"
        yield f"  {sentence(one, titles, locale)}"
        if one.shown:
            shown = " ".join(one.shown.text.split())
            yield f"  {_('The words that were shown:')} «{shown}»"
        for line in details(one, locale):
            yield f"  {line}"
    yield ""
    yield from today


def _data(
    story: Sequence[Told],
    address: Address,
    titles: Mapping[str, str],
    today: Sequence[str],
    locale: str,
) -> dict[str, object]:
    from mailer.consent import details, sentence

    return {
        "address": str(address),
        "entries": [
            {
                "entry": one.record.id,
                "list": one.record.list_key,
                "purpose": one.record.purpose,
                "action": one.record.action,
                "recorded_at": one.record.recorded_at.isoformat(),
                "stated_at": one.record.stated_at.isoformat(),
                "channel": one.record.channel,
                "place": one.record.place,
                "source": one.record.source,
                "wording": one.shown.text if one.shown else None,
                "wording_sha256": one.record.wording,
                "network": one.kept.ip_prefix if one.kept else None,
                "browser": one.kept.browser if one.kept else None,
                "evidence": "kept" if one.kept else "erased",
                "seal": one.seal,
                "sentence": sentence(one, titles, locale),
                "details": list(details(one, locale)),
            }
            for one in story
        ],
        "today": list(today),
    }
