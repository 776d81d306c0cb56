"""What config.toml may hold at a path: the keys known there, their meaning, the nearest word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel

from mailer.config.settings import SettingsShape
from mailer.errors import meant


def nearest(word: str, known: Sequence[str]) -> str:
    """«did you mean …?» where a known word is near; else nothing."""
    near = meant(word, known)
    return f"did you mean {near}?" if near else ""


def known_keys(path: Sequence[str]) -> list[str]:
    """The keys that the table at `path` may have."""
    model = _model_at(path)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def meaning(path: Sequence[str]) -> str:
    """What the key at `path` is for."""
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


def is_compound(path: Sequence[str]) -> bool:
    """Whether a table or a list stands at `path`, which a variable holds as JSON."""
    if _model_at(path) is not None:
        return True
    model = _model_at(path[:-1])
    field = model.model_fields.get(path[-1]) if model else None
    return field is not None and any(
        getattr(kind, "__origin__", None) in {tuple, dict} for kind in _types(field.annotation)
    )
