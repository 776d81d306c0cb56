"""The variables that override config.toml: MAILER_ and the path of a key with two underscores."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from mailer.config.errors import ConfigError
from mailer.config.settings import SettingsShape
from mailer.config.shape import is_compound, nearest

PREFIX = "MAILER_"
OWN_VARIABLES = {"MAILER_CONFIG"}


def refuse_unknown_variables() -> None:
    """Raise ConfigError for a variable of ours that no table answers to."""
    known = list(SettingsShape.model_fields)
    for name in os.environ:
        if not name.startswith(PREFIX) or name in OWN_VARIABLES:
            continue
        table = name.removeprefix(PREFIX).partition("__")[0].lower()
        if table not in known:
            raise ConfigError(
                f"the variable {name} overrides nothing", mend=nearest(table, known) or "unset it"
            )


def undecodable_variables() -> list[str]:
    """The variables that should hold a table or a list as JSON, and do not."""
    found = []
    for name, value in os.environ.items():
        path = name.removeprefix(PREFIX).lower().split("__")
        if name.startswith(PREFIX) and is_compound(path) and not _is_json(value):
            found.append(name)
    return found


def variable_of(path: Sequence[str]) -> str:
    """The variable that set the key at `path`, a part of it or a table around it; or nothing."""
    here = PREFIX + "__".join(path).upper()
    around = [PREFIX + "__".join(path[:length]).upper() for length in range(len(path), 0, -1)]
    below = [name for name in os.environ if name.startswith(f"{here}__")]
    return next((name for name in [*around, *below] if name in os.environ), "") if path else ""


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
