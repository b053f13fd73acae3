"""Letting files hold no traces of what was deleted."""

import time
from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, text

from shared.errors import Unavailable

_TRIES = 50
_PAUSE_SECONDS = 0.1


def scrub(engine: Engine, tables: Collection[str]) -> None:
    """Write SQLite's file anew and empty its log; let PostgreSQL give deleted rows' room back.

    Nobody can write to SQLite meanwhile, about a second for 100 MB.

    Raises:
        Unavailable: others read and write all the time.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in tables:
                connection.execute(text(f'VACUUM "{name}"'))
        return
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA temp_store=FILE")  # where the new file grows meanwhile
        driver.execute("VACUUM")
        for _ in range(_TRIES):
            (is_busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not is_busy:
                return
            time.sleep(_PAUSE_SECONDS)
    raise Unavailable("erased, but traces may be left in the database's log: ask for it again")
