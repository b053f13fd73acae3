"""Counts of events by slice."""

from sqlalchemy import Float
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID


class SliceCountRow(SQLModel, table=True):
    """How many events of one value of a slice have one prediction and one truth."""

    __tablename__ = "review_slice_counts"

    project: str = Field(primary_key=True)
    slice: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    predicted: str = Field(primary_key=True)
    truth: str = Field(primary_key=True)
    events: int = Field(sa_type=BIG_ID)
    auto: int = Field(sa_type=BIG_ID)
    weight: float = Field(sa_type=Float)
    squares: float = Field(sa_type=Float)
