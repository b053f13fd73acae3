"""Suspected label errors in memory; tests/contracts/test_review_suspects.py compares."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.review.domain.queue import Item, Stage
from services.review.domain.suspects import SecondLooks, Suspect, Trust


class _Items(Protocol):
    items: dict[int, Item]


@dataclass
class FakeSuspects:
    items: _Items
    rows: dict[tuple[str, str], Suspect] = field(default_factory=dict)
    trusted: dict[tuple[str, str], Trust] = field(default_factory=dict)

    def of_events(self, project: str, event_ids: Collection[str]) -> Mapping[str, Suspect]:
        return {e: self.rows[project, e] for e in event_ids if (project, e) in self.rows}

    def put(self, suspect: Suspect) -> None:
        self.rows[suspect.project, suspect.event_id] = suspect

    def drop(self, project: str, event_id: str) -> None:
        self.rows.pop((project, event_id), None)

    def worst(self, project: str, limit: int) -> Sequence[Suspect]:
        found = [s for s in self._of(project) if s.sent_at is None]
        return sorted(found, key=lambda s: (-s.contradiction.score, s.event_id))[:limit]

    def counts(self, project: str) -> SecondLooks:
        sent = [s for s in self._of(project) if s.sent_at is not None]
        waiting = [
            item
            for item in self.items.items.values()
            if item.project == project and item.stage is Stage.DOUBTED and not item.settled
        ]
        changed = [s for s in sent if s.changed]
        opened = len(self._of(project)) - len(sent)
        return SecondLooks(opened, len(sent), len(waiting), len(changed))

    def trust(self, project: str) -> Mapping[str, Trust]:
        return {label: t for (owner, label), t in self.trusted.items() if owner == project}

    def put_trust(self, project: str, label: str, trust: Trust) -> None:
        self.trusted[project, label] = trust

    def _of(self, project: str) -> list[Suspect]:
        return [s for s in self.rows.values() if s.project == project]
