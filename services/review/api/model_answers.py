"""What the API tells of model versions."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from services.review.api.cursors import NextCursor
from services.review.domain.versions import Decided, State, Version
from shared.events import Comparison


class DecidedAnswer(BaseModel):
    """What a person has decided on a version: `promote`, `reject` or `roll_back`."""

    verdict: str
    actor: str
    reason: str
    at: datetime

    @classmethod
    def of(cls, decided: Decided) -> Self:
        """From a decision."""
        return cls(
            verdict=decided.verdict, actor=decided.actor, reason=decided.reason, at=decided.at
        )


class ModelAnswer(BaseModel):
    """A model version.

    Attributes:
        state: a candidate waits to be proven or approved, the champion serves, a retired version
            can be gone back to, a refused one never serves.
        parent: the version from which it went on.
        challenger: whose fit is on trial in it; null: it is what was learned.
        comparison: with the champion of its time, if it was a candidate.
        decided: what a person has decided on it last; the retrainer carries it out.
    """

    version: int
    state: State
    sha256: str
    uri: str
    parent: int | None
    learned_up_to: int
    metrics: dict[str, float]
    reason: str
    actor: str
    at: datetime
    challenger: str | None
    comparison: list[Comparison]
    decided: DecidedAnswer | None

    @classmethod
    def of(cls, version: Version) -> Self:
        """From a version."""
        told = version.told
        return cls(
            version=version.number,
            state=version.state,
            sha256=told.sha256,
            uri=told.uri,
            parent=told.parent,
            learned_up_to=told.learned_up_to,
            metrics=told.metrics,
            reason=told.reason,
            actor=told.actor,
            at=version.at,
            challenger=told.challenger,
            comparison=told.comparison,
            decided=DecidedAnswer.of(version.decided) if version.decided else None,
        )


class ModelsAnswer(BaseModel):
    """Model versions, newest first."""

    versions: list[ModelAnswer]
    next_cursor: NextCursor
