"""Moments as numbers in SQL, on both databases."""

from datetime import datetime

from sqlalchemy import ColumnElement, Double, extract, func, type_coerce
from sqlalchemy.orm import Mapped
from sqlmodel import Session


def epoch(session: Session, moment: Mapped[datetime]) -> ColumnElement[float]:
    """Seconds since 1970 of a column of moments."""
    if session.connection().dialect.name == "postgresql":
        return type_coerce(extract("epoch", moment), Double)
    return (func.julianday(moment) - 2440587.5) * 86_400.0
