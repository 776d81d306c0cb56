"""Writes docs/commands.md and docs/configuration.md from the code, so that they are never stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from typer.main import get_command

from mailer.cli import commands
from mailer.cli.app import app
from mailer.config import Rate, SettingsShape

DOCS = Path(__file__).resolve().parents[1] / "docs"

COMMANDS_HEAD = """\
# Commands

Written by `python -m tools.reference` from what each command says of itself with `--help`.

Every command ends with 0, with 1 where something failed, with 2 where its input was at fault; an
error is one line that says how to mend it. `--json`, where there is one, prints the same for
programs. Each works in the workspace it is called in; from elsewhere, say
`mailer --config letter/config.toml …`.
"""

CONFIGURATION_HEAD = """\
# Configuration

Written by `python -m tools.reference` from the settings themselves. `config.toml` in a new
workspace says the same, key by key.

A key that is not here is an error, with its line and the nearest right word. Any key can be set
from the environment too: `MAILER_` and its path with two underscores, in capitals, as in
`MAILER_RELAYS__MAIN__PASSWORD`. Durations are written `15min`, `48h`, `7d`; rates `5/s`, `30/h`.
"""


def commands_page() -> str:
    """Every command with its arguments, options and example."""
    if not app.registered_commands:
        commands.register()
    return COMMANDS_HEAD + "".join(_told(get_command(app), "mailer"))


def _told(command: Any, name: str) -> Iterator[str]:
    below = getattr(command, "commands", {})
    if name != "mailer":
        level = "##" if name.count(" ") == 1 else "###"
        words, rows = _parameters(command)
        usage = " ".join([name, *words])
        yield f"\n{level} {name}\n\n"
        if not below or command.invoke_without_command:
            yield f"```text\n{usage} [OPTIONS]\n```\n\n"
        yield f"{_sentences(command.help)}\n"
        if rows:
            yield "\n| you say | it means |\n| --- | --- |\n" + "\n".join(rows) + "\n"
    for word, one in below.items():
        yield from _told(one, f"{name} {word}")


def _parameters(command: Any) -> tuple[list[str], list[str]]:
    """The arguments as one types them, and a row for each argument and option."""
    words, rows = [], []
    for parameter in command.params:
        said = _plain(parameter.help)
        if parameter.param_type_name == "argument":
            word = parameter.name.upper()
            words.append(word if parameter.required else f"[{word}]")
            rows.append(f"| `{word}` | {said} |")
        elif "--help" not in parameter.opts and not parameter.hidden:
            names = ", ".join(f"`{one}`" for one in (*parameter.opts, *parameter.secondary_opts))
            rows.append(f"| {names} | {said} |")
    return words, rows


def _sentences(help_text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (help_text or "").split("\n\n"))


def configuration_page() -> str:
    """Every key of config.toml, table by table."""
    return CONFIGURATION_HEAD + "".join(_tables(SettingsShape, ()))


def _tables(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[str]:
    rows, below = [], []
    for name, field in model.model_fields.items():
        key = field.alias or name
        inner = _table_of(field.annotation)
        if inner is None:
            rows.append(f"| `{key}` | {_default(field)} | {_plain(field.description)} |")
        else:
            named = ("…",) if getattr(field.annotation, "__origin__", None) is dict else ()
            below.append((inner, (*path, key, *named)))
    if path:
        yield f"\n## [{'.'.join(path)}]\n\n{_plain(model.__doc__)}\n"
    if rows:
        yield "\n| key | default | it means |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"
    for inner, where in below:
        yield from _tables(inner, where)


def _plain(words: str | None) -> str:
    """Words in a cell of a table: Markdown takes no tag out of them."""
    return " ".join((words or "").split()).replace("<", "\\<").replace("|", "\\|")


def _table_of(annotation: Any) -> type[BaseModel] | None:
    kinds = [annotation, *(kind for arg in get_args(annotation) for kind in [arg, *get_args(arg)])]
    tables = [one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)]
    return tables[0] if tables else None


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be set"
    value = field.default
    return "" if value in (None, "", (), {}) or is_secret(value) else f"`{toml(value)}`"


def is_secret(value: object) -> bool:
    """Whether it is an empty password."""
    return isinstance(value, SecretStr) and not value.get_secret_value()


def toml(value: Any) -> str:
    """A default as one would write it into config.toml."""
    if isinstance(value, tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    if isinstance(value, Rate):
        unit = {1: "s", 60: "min", 3600: "h", 86400: "d"}[int(value.seconds)]
        return f'"{value.count}/{unit}"'
    if isinstance(value, timedelta):
        seconds, units = int(value.total_seconds()), {"d": 86400, "h": 3600, "min": 60, "s": 1}
        unit = next(unit for unit, length in units.items() if not seconds % length)
        return f'"{seconds // units[unit]}{unit}"'
    return json.dumps(value, ensure_ascii=False)


PAGES = {"commands.md": commands_page, "configuration.md": configuration_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    sys.exit(0)
