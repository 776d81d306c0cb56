"""From config.toml and the environment to checked settings, or to errors that name their line."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from mailer.config.environment import (
    PREFIX,
    refuse_unknown_variables,
    undecodable_variables,
    variable_of,
)
from mailer.config.errors import ConfigError
from mailer.config.lists import ListSettings
from mailer.config.locating import line_of
from mailer.config.settings import SettingsShape
from mailer.config.shape import known_keys, meaning, nearest
from mailer.errors import MailerError, ManyErrors, Where, meant
from mailer.language import LOCALES

SHARED = "shared"
"""The folder of templates/ that every set is completed from."""


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
    refuse_unknown_variables()
    try:
        settings = Settings(**data)
    except ValidationError as error:
        faults = _without_what_slips_explain(error.errors())
        raise _all_of([_explained(file, text, detail) for detail in faults]) from None
    except SettingsError as error:
        wrong = [_no_json(name) for name in undecodable_variables()]
        raise _all_of(wrong or [ConfigError(str(error))]) from None
    _refuse_missing_templates(file, text, settings)
    return settings


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except FileNotFoundError:
        raise ConfigError(
            f"there is no {file}",
            mend="run mailer in a workspace, or name its config.toml with --config",
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        where = Where(file, line)
        raise ConfigError("not UTF-8 text", where=where, mend="save the file as UTF-8") from None
    except OSError as error:
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


def _no_json(name: str) -> ConfigError:
    return ConfigError(
        f"the variable {name} holds no JSON", mend='write a list in it as ["one", "two"]'
    )


def _without_what_slips_explain(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """The faults but for keys that are missing because they are misspelt beside it."""
    slips = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]

    def is_misspelt(loc: tuple[int | str, ...]) -> bool:
        *table, key = loc
        beside = [str(slip[-1]) for slip in slips if list(slip[:-1]) == table]
        return any(meant(slip, [str(key)]) for slip in beside)

    return [one for one in details if one["type"] != "missing" or not is_misspelt(one["loc"])]


def _explained(file: Path, text: str, detail: ErrorDetails) -> MailerError:
    path = [str(part) for part in detail["loc"] if part != "[key]"]
    variable = variable_of(path)
    where = None if variable else Where(file, line_of(text, path))
    name = variable or ".".join(path)
    if detail["type"] == "extra_forbidden":
        known = known_keys(path[:-1])
        mend = nearest(path[-1], known) or f"known here: {', '.join(sorted(known))}"
        return ConfigError(f"unknown key {name}", where=where, mend=mend)
    if detail["type"] == "missing":
        return ConfigError(f"{name} is missing", where=where, mend=meaning(path))
    message = detail["msg"].removeprefix("Value error, ")
    return ConfigError(f"{name}: {message}" if name else message, where=where, mend=meaning(path))


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
                    mend=nearest(mailing_list.template, there) or f"there: {', '.join(there)}",
                )
            )
        else:
            errors += _missing_wordings(file, text, key, mailing_list)
    if errors:
        raise _all_of(errors)


def _missing_wordings(
    file: Path, text: str, key: str, mailing_list: ListSettings
) -> list[MailerError]:
    """A purpose cannot be asked for without the words a person agrees to (GDPR 7(1))."""
    templates = file.parent / "templates"
    folders = (templates / mailing_list.template, templates / SHARED)
    names = [
        f"consent-{purpose}.{locale}.txt" for purpose in mailing_list.tracking for locale in LOCALES
    ]
    return [
        ConfigError(
            f"lists.{key}.tracking: there is no templates/{mailing_list.template}/{name}",
            where=Where(file, line_of(text, ("lists", key, "tracking"))),
            mend="write the words a person agrees to into it, or do not ask for that",
        )
        for name in names
        if not any((folder / name).is_file() for folder in folders)
    ]


def _all_of(errors: Sequence[MailerError]) -> MailerError:
    return errors[0] if len(errors) == 1 else ManyErrors(errors)


def list_settings(settings: Settings, key: str, file: Path) -> ListSettings:
    """The list of that key; raises ConfigError naming the nearest one there is."""
    found = settings.lists.get(key)
    if found is None:
        known = sorted(settings.lists)
        raise ConfigError(
            f"there is no list {key!r}",
            where=Where(file),
            mend=nearest(key, known) or f"known lists: {', '.join(known)}",
        )
    return found
