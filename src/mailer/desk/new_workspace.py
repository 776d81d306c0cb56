"""A new workspace: the sample's files with the publisher's own names, and a first issue."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from string import Template

from mailer.config import ConfigError, Locale, Security, Workspace
from mailer.desk.errors import WorkspaceExistsError
from mailer.desk.sample import sample_folder
from mailer.errors import MailerError, Where

_FIRST = Path(__file__).with_name("first")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TABLE = re.compile(r"(?m)^(?=\[)")
LONGEST_KEY = 20
GITIGNORE = (
    "# What the mailer makes: database, keys, journals. Back it up, never publish it.\n/var/\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What `mailer init` needs to know of a publisher's first list."""

    key: str
    title: str
    sender: str
    """The From line: Name <address>."""
    locale: Locale
    postal_address: str
    contact: str
    privacy_url: str
    timezone: str
    template: str
    base_url: str
    relay_host: str
    relay_port: int
    relay_security: Security
    relay_username: str = ""

    @property
    def is_sandboxed(self) -> bool:
        """Whether its mail goes to the sandbox of the same machine."""
        return self.relay_host in {"127.0.0.1", "localhost", "::1"}


def key_of(title: str) -> str:
    """The short name of a list in URLs and on the command line, made from its title."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = [word for word in re.split(r"[^a-z0-9]+", plain.lower()) if word]
    articles = {"le", "la", "les", "l", "un", "une", "the", "a", "an"}
    kept = [word for word in words if word not in articles] or words
    return "-".join(kept)[:LONGEST_KEY].strip("-") or "news"


def make_workspace(folder: Path, publication: Publication) -> Workspace:
    """Write the workspace into `folder`, whole or not at all, and open it.

    Raises WorkspaceExistsError where a config.toml stands there already or one of the files we
    write, ConfigError where an answer cannot be used.
    """
    taken = [name for name in ("config.toml", "templates", "issues") if (folder / name).exists()]
    if taken:
        raise WorkspaceExistsError(
            f"there is a {taken[0]} already",
            where=Where(folder / taken[0]),
            mend="choose an empty folder: mailer init NAME",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".mailer-init-", dir=folder) as name:
            draft = Path(name)
            _write(draft, publication)
            _refuse_unusable(draft)
            for made in sorted(draft.iterdir()):
                if not (folder / made.name).exists():
                    made.rename(folder / made.name)
    except OSError as error:
        raise MailerError(
            f"the workspace cannot be written: {error.strerror}",
            where=Where(folder),
            mend="name a folder that you may write to",
        ) from None
    return Workspace.open(folder / "config.toml")


def new_config(sample: str, publication: Publication) -> str:
    """config.toml of the sample, explained key by key, with a publisher's own answers in it."""
    _, *tables = _TABLE.split(sample)
    kept = []
    for table in tables:
        name = table[1 : table.index("]")]
        if name == "site":
            kept.append(_site(table, publication))
        elif name.startswith("relays."):
            kept.append(_relay(table, publication))
        elif name == "lists.cafe":
            kept.append(_list(table, publication))
        elif not name.startswith("lists."):
            kept.append(table)
    return _HEAD.format(title=publication.title) + "".join(kept).rstrip() + "\n"


_HEAD = """\
# {title}: the workspace. Every key is explained where it stands; what is commented out shows its
# default. Any key can be overridden from the environment: MAILER_ and its path with two
# underscores, as in MAILER_RELAYS__MAIN__PASSWORD.

"""


def _site(table: str, publication: Publication) -> str:
    table = _set(table, "base_url", publication.base_url)
    return _set(table, "editors", [publication.contact])


def _relay(table: str, publication: Publication) -> str:
    table = _set(table, "host", publication.relay_host)
    table = _set(table, "port", publication.relay_port)
    table = _set(table, "security", publication.relay_security)
    if publication.relay_username:
        table = _set(table, "username", publication.relay_username)
    return table


def _list(table: str, publication: Publication) -> str:
    # A key that TOML would not take bare is for config to refuse, in its own words.
    key = publication.key
    name = key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
    table = table.replace("[lists.cafe]", f"[lists.{name}]", 1)
    for key, value in (
        ("title", publication.title),
        ("from", publication.sender),
        ("postal_address", publication.postal_address),
        ("contact", publication.contact),
        ("privacy_url", publication.privacy_url),
        ("description", ""),
        ("locale", publication.locale),
        ("timezone", publication.timezone),
        ("template", publication.template),
    ):
        table = _set(table, key, value)
    return table


def _set(table: str, key: str, value: object) -> str:
    """The table with another value; a JSON value is a TOML one."""
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
    text, count = re.subn(rf"(?m)^#?{key} = .*$", lambda _: line, table, count=1)
    if not count:
        raise AssertionError(f"the sample's config.toml has no {key} in {table.splitlines()[0]}")
    return text


def _write(folder: Path, publication: Publication) -> None:
    sample = sample_folder()
    config = (sample / "config.toml").read_text(encoding="utf-8")
    (folder / "config.toml").write_text(new_config(config, publication), encoding="utf-8")
    shutil.copytree(sample / "templates", folder / "templates")
    (folder / ".gitignore").write_text(GITIGNORE, encoding="utf-8")
    (folder / "subscribers").mkdir()
    issue = folder / "issues" / f"{publication.key}-1"
    issue.mkdir(parents=True)
    text = Template((_FIRST / f"{publication.locale}.md").read_text(encoding="utf-8"))
    filled = text.substitute(
        list=publication.key,
        title=publication.title,
        quoted_title=publication.title.replace("\\", "\\\\").replace('"', '\\"'),
        contact=publication.contact,
    )
    (issue / "issue.md").write_text(filled, encoding="utf-8")


def _refuse_unusable(folder: Path) -> None:
    """Raise ConfigError where the answers make a config.toml that nothing could use."""
    try:
        Workspace.open(folder / "config.toml")
    except MailerError as error:
        errors = getattr(error, "errors", (error,))
        first = errors[0]
        raise ConfigError(first.what, mend=first.mend) from None
