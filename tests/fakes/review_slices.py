"""Counts by slice in memory; tests/contracts/test_review_slices.py compares."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.review.domain.slices import Cell, Count


@dataclass
class FakeSliceCounts:
    rows: dict[str, dict[Cell, Count]] = field(default_factory=dict)

    def of(self, project: str) -> Mapping[Cell, Count]:
        return self.rows.get(project, {})

    def add(self, project: str, more: Mapping[Cell, Count]) -> None:
        known = self.rows.setdefault(project, {})
        for cell, count in more.items():
            known[cell] = known.get(cell, Count()).plus(count)
