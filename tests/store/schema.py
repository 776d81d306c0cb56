"""What a database says about its own shape, in a form that two databases can be compared by."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, inspect, text

TRIGGERS = {
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid) || pg_get_functiondef(t.tgfoid)"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
    ),
}


def shape(connection: Connection) -> dict[str, Any]:
    """Tables with columns, keys, checks and indexes; not the triggers."""
    found = inspect(connection)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"])
                for column in sorted(found.get_columns(table), key=lambda one: one["name"])
            ],
            "primary key": found.get_pk_constraint(table)["constrained_columns"],
            "foreign keys": sorted(
                (
                    key["constrained_columns"],
                    key["referred_table"],
                    key["referred_columns"],
                    str(key["options"]),
                )
                for key in found.get_foreign_keys(table)
            ),
            "unique": sorted(one["column_names"] for one in found.get_unique_constraints(table)),
            "checks": sorted(
                (str(one["name"]), re.sub(r"\s+", " ", one["sqltext"]))
                for one in found.get_check_constraints(table)
            ),
            "indexes": sorted(
                (str(one["name"]), one["column_names"], bool(one["unique"]), where(one))
                for one in found.get_indexes(table)
            ),
            "options": str(found.get_table_options(table)),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def where(index: Any) -> str:
    """The condition of a partial index."""
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", "")))


def triggers(connection: Connection) -> set[tuple[str, str, str]]:
    """Name, table and text of each trigger."""
    rows = connection.execute(text(TRIGGERS[connection.dialect.name]))
    return {(name, table, re.sub(r"\s+", " ", sql)) for name, table, sql in rows}
