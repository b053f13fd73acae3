"""Types of columns."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, TypeDecorator
from typing_extensions import override


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware, in UTC; SQLite stores it without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
