"""Signed heads over the ledger."""

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID


class SealRow(SQLModel, table=True):
    """One seal; `leaves` holds place (8 bytes) and hash (32 bytes) of each entry, in order."""

    __tablename__ = "review_seals"

    number: int = Field(primary_key=True, sa_type=BIG_ID)
    last: int = Field(sa_type=BIG_ID, unique=True)
    document: str = Field(sa_type=Text)
    signature: str
    leaves: bytes = Field(sa_type=LargeBinary)
