"""Types that several tables share."""

from sqlalchemy import BigInteger, Integer

BIG_ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in columns that are called INTEGER."""
