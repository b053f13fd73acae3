"""Monitors and alarms in memory; tests/contracts/test_review_drifts.py compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.review.domain.drift import Monitor, decode, encode
from services.review.domain.drifting import Alarm, Watched


@dataclass
class FakeDrifts:
    states: dict[tuple[str, Watched], str] = field(default_factory=dict)
    raised: list[tuple[str, Alarm]] = field(default_factory=list)

    def monitors(self, project: str) -> Mapping[Watched, Monitor]:
        return {w: decode(s) for (owner, w), s in self.states.items() if owner == project}

    def keep(self, project: str, monitors: Mapping[Watched, Monitor]) -> None:
        self.states |= {(project, watched): encode(each) for watched, each in monitors.items()}

    def raise_alarms(self, project: str, alarms: Sequence[Alarm]) -> None:
        self.raised += [(project, alarm) for alarm in alarms]

    def alarms(self, project: str, limit: int) -> Sequence[Alarm]:
        return [alarm for owner, alarm in self.raised[::-1] if owner == project][:limit]
