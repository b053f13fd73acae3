"""Counts of events by slice, kept by who observes the ledger."""

from collections.abc import Mapping
from typing import Protocol

from services.review.domain.slices import Cell, Count


class SliceCounts(Protocol):
    """How many events of each kind every slice has."""

    def of(self, project: str) -> Mapping[Cell, Count]:
        """All counts of a project."""
        ...

    def add(self, project: str, more: Mapping[Cell, Count]) -> None:
        """Count more, or fewer."""
        ...
