"""From config.toml and the environment to checked settings, or to errors that name their line."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from mailer.config.locating import line_of
from mailer.config.settings import ListSettings, SettingsShape
from mailer.errors import InputError, MailerError, ManyErrors, Where

PREFIX = "MAILER_"
OWN_VARIABLES = {"MAILER_CONFIG"}


class ConfigError(InputError):
    """config.toml, or a variable that overrides it, cannot be used."""


class Settings(BaseSettings, SettingsShape):
    """config.toml with MAILER_ variables laid over it: MAILER_RELAYS__MAIN__PASSWORD."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings


def load_settings(file: Path) -> Settings:
    """The settings in `file` and the environment.

    Raises ConfigError, or ManyErrors with one a fault, each with file and line, or the variable.
    """
    text = _text(file)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(file, text, error) from None
    _refuse_unknown_variables()
    try:
        settings = Settings(**data)
    except ValidationError as error:
        raise _all_of([_explained(file, text, detail) for detail in error.errors()]) from None
    _refuse_missing_templates(file, text, settings)
    return settings


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no {file}",
            mend="run mailer in a workspace, or name its config.toml with --config",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", where=Where(file)) from None


def _syntax_error(file: Path, text: str, error: tomllib.TOMLDecodeError) -> ConfigError:
    words = str(error)
    place, _, rest = words.partition("(at line ")
    line = int(rest.partition(",")[0]) if rest else len(text.splitlines())
    return ConfigError(
        f"not valid TOML: {place.strip()}",
        where=Where(file, line),
        mend="strings stand in quotes, tables in [brackets]",
    )


def _refuse_unknown_variables() -> None:
    known = list(SettingsShape.model_fields)
    for name in os.environ:
        if not name.startswith(PREFIX) or name in OWN_VARIABLES:
            continue
        table = name.removeprefix(PREFIX).partition("__")[0].lower()
        if table not in known:
            raise ConfigError(
                f"the variable {name} overrides nothing", mend=_nearest(table, known) or "unset it"
            )


def _explained(file: Path, text: str, detail: ErrorDetails) -> MailerError:
    path = [str(part) for part in detail["loc"] if part != "[key]"]
    variable = PREFIX + "__".join(path).upper()
    where = None if variable in os.environ else Where(file, line_of(text, path))
    name = f"{variable}" if where is None else ".".join(path)
    if detail["type"] == "extra_forbidden":
        known = _known_keys(path[:-1])
        mend = _nearest(path[-1], known) or f"known here: {', '.join(sorted(known))}"
        return ConfigError(f"unknown key {name}", where=where, mend=mend)
    if detail["type"] == "missing":
        return ConfigError(f"{name} is missing", where=where, mend=_meaning(path))
    message = detail["msg"].removeprefix("Value error, ")
    return ConfigError(f"{name}: {message}" if name else message, where=where, mend=_meaning(path))


def _refuse_missing_templates(file: Path, text: str, settings: Settings) -> None:
    templates = file.parent / "templates"
    there = sorted(found.parent.name for found in templates.glob("*/issue.mjml"))
    errors: list[MailerError] = []
    for key, mailing_list in settings.lists.items():
        if mailing_list.template not in there:
            path = ("lists", key, "template")
            errors.append(
                ConfigError(
                    f"lists.{key}.template: there is no templates/{mailing_list.template}",
                    where=Where(file, line_of(text, path)),
                    mend=_nearest(mailing_list.template, there) or f"there: {', '.join(there)}",
                )
            )
    if errors:
        raise _all_of(errors)


def _all_of(errors: Sequence[MailerError]) -> MailerError:
    return errors[0] if len(errors) == 1 else ManyErrors(errors)


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else ""


def _known_keys(path: Sequence[str]) -> list[str]:
    model = _model_at(path)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _meaning(path: Sequence[str]) -> str:
    model = _model_at(path[:-1])
    if model is None or not path:
        return ""
    for name, field in model.model_fields.items():
        if path[-1] in {name, field.alias}:
            return field.description or ""
    return ""


def _model_at(path: Sequence[str]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = SettingsShape
    named = False  # below a table of tables the next part is a name of the user's
    for part in path:
        if named:
            named = False
            continue
        field = model.model_fields.get(part) if model else None
        if field is None:
            return None
        models = [kind for kind in _types(field.annotation) if _is_model(kind)]
        model = models[0] if models else None
        named = getattr(field.annotation, "__origin__", None) is dict
    return model


def _types(annotation: Any) -> list[Any]:
    return [annotation, *(inner for arg in get_args(annotation) for inner in _types(arg))]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def list_settings(settings: Settings, key: str, file: Path) -> ListSettings:
    """The list of that key; raises ConfigError naming the nearest one there is."""
    found = settings.lists.get(key)
    if found is None:
        known = sorted(settings.lists)
        raise ConfigError(
            f"there is no list {key!r}",
            where=Where(file),
            mend=_nearest(key, known) or f"known lists: {', '.join(known)}",
        )
    return found
