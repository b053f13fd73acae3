"""Model versions in memory; tests/contracts/test_review_models.py compares."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.review.domain.versions import State, Version


@dataclass
class FakeModels:
    kept: dict[tuple[str, int], Version] = field(default_factory=dict)

    def get(self, project: str, number: int) -> Version | None:
        return self.kept.get((project, number))

    def champion(self, project: str) -> Version | None:
        return next(iter(self.page(project, 1, state=State.CHAMPION)), None)

    def page(
        self, project: str, limit: int, before: int | None = None, state: State | None = None
    ) -> Sequence[Version]:
        found = [
            version
            for (owner, number), version in sorted(self.kept.items(), reverse=True)
            if owner == project
            and (before is None or number < before)
            and state in {None, version.state}
        ]
        return found[:limit]

    def put(self, project: str, version: Version) -> None:
        self.kept[project, version.number] = version
