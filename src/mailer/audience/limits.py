"""How often is too often: counted in the database, so that every process keeps the same limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from mailer.store import UtcDateTime
from mailer.store.tables import Limit

_PRUNED_AT_ONCE = 100


def is_within_limit(
    connection: Connection, bucket: str, *, most: int, period: timedelta, now: datetime
) -> bool:
    """Count one more in a bucket; whether that is at most `most` since its period began.

    A period begins with the first one counted. Of several buckets in one transaction take them in
    one order everywhere. What is over is pruned whenever a period begins.
    """
    counted = connection.scalar(
        _count_one(connection.dialect.name == "sqlite"),
        {"into": bucket, "ends": now + period, "now": now},
    )
    if counted == 1:
        _prune(connection, now)
    return counted is not None and counted <= most


# Built once: it is asked before every sign-up, and building it costs more than counting.
@lru_cache(maxsize=2)
def _count_one(is_sqlite: bool) -> ReturningInsert[int]:  # noqa: FBT001
    one = (sqlite.insert if is_sqlite else postgresql.insert)(Limit).values(
        bucket=bindparam("into"), count=1, until=bindparam("ends")
    )
    is_over = Limit.until <= bindparam("now", type_=UtcDateTime())
    return one.on_conflict_do_update(
        index_elements=[Limit.bucket],
        set_={
            "count": case((is_over, 1), else_=Limit.count + 1),
            "until": case((is_over, one.excluded.until), else_=Limit.until),
        },
    ).returning(Limit.count)


def forget_count(connection: Connection, bucket: str) -> None:
    """Count a bucket anew."""
    connection.execute(delete(Limit).where(Limit.bucket == bucket))


def _prune(connection: Connection, now: datetime) -> None:
    # Skipping what another transaction holds: two that prune at once must not wait for each other.
    over = (
        select(Limit.bucket)
        .where(Limit.until <= now)
        .limit(_PRUNED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(Limit).where(Limit.bucket.in_(over)))
