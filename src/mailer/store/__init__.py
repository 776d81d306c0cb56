"""The database: one engine, its version, and the tables of every room."""

from mailer.store.engine import Store
from mailer.store.errors import NewDatabaseError, OldDatabaseError, StoreError
from mailer.store.schema import UtcDateTime
from mailer.store.statements import add_to_counts, all_at_once, insert_once, refresh_statistics
from mailer.store.version import check_version, upgrade

__all__ = [
    "NewDatabaseError",
    "OldDatabaseError",
    "Store",
    "StoreError",
    "UtcDateTime",
    "add_to_counts",
    "all_at_once",
    "check_version",
    "insert_once",
    "refresh_statistics",
    "upgrade",
]
