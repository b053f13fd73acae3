"""Reviewers in memory; tests/contracts/test_review_reviewers.py compares."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from services.review.domain.quality import Skill
from services.review.domain.reviewers import Reviewer, State


@dataclass
class FakeReviewers:
    known: dict[tuple[str, str], Reviewer] = field(default_factory=dict)

    def get(self, project: str, name: str) -> Reviewer:
        return self.known.get((project, name), Reviewer(project, name))

    def of(self, project: str) -> Sequence[Reviewer]:
        return [self.known[key] for key in sorted(self.known) if key[0] == project]

    def skills(self, project: str, names: Collection[str]) -> Mapping[str, Skill]:
        return {r.name: r.skill for r in self.of(project) if r.name in names}

    def lock(self, project: str, names: AbstractSet[str]) -> Sequence[Reviewer]:
        for name in names:
            self.known.setdefault((project, name), Reviewer(project, name))
        return [self.get(project, name) for name in sorted(names)]

    def put(self, reviewer: Reviewer) -> None:
        self.known[reviewer.project, reviewer.name] = reviewer

    def paused(self) -> Mapping[str, int]:
        return Counter(r.project for r in self.known.values() if r.state is State.PAUSED)
