"""SQL on SQLite and PostgreSQL through one code path.

SQLite runs with a write-ahead log and full synchronisation: what was committed survives a power
cut. Its writers take turns on one connection, and share one synchronisation of the disk.
"""

from shared.database.columns import UtcDateTime
from shared.database.database import Database
from shared.database.prepared import Prepared
from shared.database.rows import insert_if_new, insert_many, insert_new, put_many, run

__all__ = [
    "Database",
    "Prepared",
    "UtcDateTime",
    "insert_if_new",
    "insert_many",
    "insert_new",
    "put_many",
    "run",
]
