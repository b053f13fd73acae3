"""What the API says of gaps and their repair."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from services.review.domain.reconciling import CURES, GapKind, RedisState
from services.review.use_cases.reconciling import Findings


class GapAnswer(BaseModel):
    """So many facts of a project lack what should follow from them."""

    project: str
    kind: GapKind
    found: int
    repaired: int
    cure: str


class GapsAnswer(BaseModel):
    """What is missing, and whether Redis is the one that was known (null: it does not answer)."""

    redis: RedisState | None
    gaps: list[GapAnswer]

    @classmethod
    def of(cls, findings: Findings) -> Self:
        """From what the reconciler saw."""
        gaps = [
            GapAnswer(
                project=gap.project,
                kind=gap.kind,
                found=gap.found,
                repaired=gap.repaired,
                cure=CURES[gap.kind],
            )
            for gap in findings.gaps
        ]
        return cls(redis=findings.redis, gaps=gaps)


class Republished(BaseModel):
    """From when on everything is sent again, and how many entries are gone through."""

    since: datetime
    entries: int
