"""What the world looks up about a sender's domain: SPF, DKIM, DMARC, names both ways, MX.

Gmail, Yahoo and Microsoft ask for all of them of who sends 5,000 mails a day, and for most of
them of everybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailer.campaigns import is_reserved
from mailer.config import ListSettings, Workspace
from mailer.desk.dkim import PublishedKey, dkim_keys
from mailer.desk.doctor.diagnosis import Diagnosis, frail, good, ill, unknown
from mailer.desk.doctor.lookups import LookupFailedError, Lookups
from mailer.desk.doctor.spf import MOST_LOOKUPS, read_spf
from mailer.desk.errors import DkimKeyError

VALUES = "see docs/going-live.md for the record to publish"


def domains(workspace: Workspace, lookups: Lookups) -> Iterator[Diagnosis]:
    """Each sender's domain once."""
    seen: set[str] = set()
    for mailing_list in workspace.settings.lists.values():
        domain = mailing_list.sender.domain
        if domain in seen:
            continue
        seen.add(domain)
        if is_reserved(mailing_list.sender.address):
            yield unknown(f"DNS of {domain}", "an example's domain: nothing to look up")
            continue
        try:
            yield from _domain(workspace, mailing_list, lookups)
        except LookupFailedError as error:
            yield unknown(f"DNS of {domain}", error.what, error.mend)


def _domain(
    workspace: Workspace, mailing_list: ListSettings, lookups: Lookups
) -> Iterator[Diagnosis]:
    domain = mailing_list.sender.domain
    yield _spf(lookups, mailing_list.bounce_domain or domain)
    yield from _dkim(workspace, lookups, domain)
    yield _dmarc(lookups, domain)
    if mailing_list.bounce_domain:
        yield _bounces(lookups, mailing_list.bounce_domain)


def _spf(lookups: Lookups, domain: str) -> Diagnosis:
    topic = f"SPF of {domain}"
    found = read_spf(lookups, domain)
    if not found.records:
        return ill(topic, "there is no record", f"publish one that names your relay; {VALUES}")
    if len(found.records) > 1:
        return ill(topic, "there are several records, so none counts", "join them into one")
    if found.fault:
        return ill(topic, found.fault, "mend or remove that part of the record")
    if found.lookups > MOST_LOOKUPS:
        return ill(
            topic,
            f"it costs more than {MOST_LOOKUPS} look-ups, so receivers stop reading",
            "take out an include that you no longer need (RFC 7208 4.6.4)",
        )
    if found.ends not in {"-all", "~all"}:
        return frail(topic, "it lets everybody send in your name", "end it with ~all or -all")
    return good(topic, f"one record, {found.lookups} of {MOST_LOOKUPS} look-ups")


def _dkim(workspace: Workspace, lookups: Lookups, domain: str) -> Iterator[Diagnosis]:
    try:
        keys = [key for key in dkim_keys(workspace, domain) if key.in_use]
    except DkimKeyError:
        keys = []
    if not keys:
        yield unknown(
            f"DKIM of {domain}",
            "we do not sign: your relay must",
            f"see that it does, or: mailer dkim new {domain}",
        )
    for key in keys:
        yield _dkim_record(lookups, key)


def _dkim_record(lookups: Lookups, key: PublishedKey) -> Diagnosis:
    topic = f"DKIM {key.name}"
    found = [text for text in lookups.texts(key.name) if "p=" in text]
    if not found:
        return ill(topic, "there is no record", f"publish it: mailer dkim show {key.domain}")
    if not any(_tags(text).get("p") == _tags(key.record)["p"] for text in found):
        return ill(
            topic, "the record holds another key", f"publish ours: mailer dkim show {key.domain}"
        )
    return good(topic, f"our {key.type} key is published")


def _dmarc(lookups: Lookups, domain: str) -> Diagnosis:
    topic = f"DMARC of {domain}"
    # RFC 9989 4.10: from the domain up to the last but one label.
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        for text in lookups.texts(f"_dmarc.{name}"):
            tags = _tags(text)
            if tags.get("v", "").upper() == "DMARC1":
                return good(topic, f"p={tags.get('p', 'none')} at _dmarc.{name}")
    return ill(
        topic, "there is no record", 'publish at least "v=DMARC1; p=none" (Gmail, Yahoo ask it)'
    )


def _bounces(lookups: Lookups, domain: str) -> Diagnosis:
    topic = f"bounces to {domain}"
    servers = lookups.mail_servers(domain)
    if not servers:
        return ill(topic, "nobody takes mail there", "publish an MX record")
    return good(topic, f"MX {', '.join(servers)}")


def both_ways(lookups: Lookups, address: str) -> Diagnosis:
    """Whether an address has a name that leads back to it, as receivers ask of who delivers."""
    topic = f"names of {address}"
    try:
        names = lookups.names_of(address)
        back = [name for name in names if address in lookups.addresses(name)]
    except LookupFailedError as error:
        return unknown(topic, error.what, error.mend)
    if not names:
        return frail(topic, "it has no name (PTR)", "ask who gave you the address for one")
    if not back:
        return frail(topic, f"{names[0]} does not lead back to it", "let both records agree")
    return good(topic, f"{back[0]}, and back")


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs}
