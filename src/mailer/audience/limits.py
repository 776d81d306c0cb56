"""How often is too often: counted in the database, so that every process keeps the same limits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from mailer.store.tables import Limit

_PRUNED_AT_ONCE = 100


def is_within_limit(
    connection: Connection, bucket: str, *, most: int, period: timedelta, now: datetime
) -> bool:
    """Count one more in a bucket; whether that is at most `most` since its period began.

    A period begins with the first one counted. Of several buckets in one transaction take them in
    one order everywhere. What is over is pruned whenever a period begins.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    one = (sqlite.insert if is_sqlite else postgresql.insert)(Limit).values(
        bucket=bucket, count=1, until=now + period
    )
    is_over = Limit.until <= now
    counted = connection.scalar(
        one.on_conflict_do_update(
            index_elements=[Limit.bucket],
            set_={
                "count": case((is_over, 1), else_=Limit.count + 1),
                "until": case((is_over, one.excluded.until), else_=Limit.until),
            },
        ).returning(Limit.count)
    )
    if counted == 1:
        _prune(connection, now)
    return counted is not None and counted <= most


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
