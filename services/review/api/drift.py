"""The route for drift."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.domain.drifting import Alarm, Kind
from services.review.use_cases.drifting import Drift, ReadDrift, Stream


class DriftAlarmAnswer(BaseModel):
    """A stream that was found not to be what it was, and what else may have changed."""

    kind: Kind
    subject: str
    words: str
    at: datetime

    @classmethod
    def of(cls, alarm: Alarm) -> Self:
        """From an alarm."""
        watched = alarm.watched
        return cls(kind=watched.kind, subject=watched.subject, words=alarm.words, at=alarm.at)


class StreamAnswer(BaseModel):
    """A stream that is watched; `nearness` to an alarm is from 0 to 1, `seen` counts values."""

    kind: Kind
    subject: str
    seen: int
    nearness: float
    words: str

    @classmethod
    def of(cls, stream: Stream) -> Self:
        """From a stream."""
        watched = stream.watched
        return cls(
            kind=watched.kind,
            subject=watched.subject,
            seen=stream.seen,
            nearness=stream.nearness,
            words=stream.words,
        )


class DriftAnswer(BaseModel):
    """The newest alarms, newest first, and all streams, those nearest to an alarm first."""

    project: str
    alarms: list[DriftAlarmAnswer]
    streams: list[StreamAnswer]

    @classmethod
    def of(cls, project: str, drift: Drift) -> Self:
        """From the report."""
        return cls(
            project=project,
            alarms=[DriftAlarmAnswer.of(alarm) for alarm in drift.alarms],
            streams=[StreamAnswer.of(stream) for stream in drift.streams],
        )


def router(door: Doorkeeper, drift: ReadDrift) -> APIRouter:
    """`/v1/projects/{project}/drift`."""
    routes = APIRouter(prefix="/v1/projects", tags=["records"])
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type

    @routes.get("/{project}/drift")
    def show_drift(project: str, _: Reader) -> DriftAnswer:
        """Whether inputs, scores, disagreement and accuracy are what they were."""
        return DriftAnswer.of(project, drift(project))

    return routes
