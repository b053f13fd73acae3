"""Things that tests are about, with everything unimportant filled in."""

from datetime import UTC, datetime
from itertools import count

from services.review.domain.queue import NewItem, Worth
from shared import wire
from shared.events import (
    CloudEvent,
    EventType,
    FeatureValue,
    ModelChanged,
    ModelRef,
    PredictionMade,
    ProjectConfigured,
    RouteReason,
    ScoringRequested,
    announce,
)
from shared.project import FieldKind, Policy, Project

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SHA256 = "ab" * 32

_numbers = count(1)


def a_project(name: str = "churn", **changes: object) -> Project:
    """A project with two labels, a number and a category."""
    content: dict[str, object] = {
        "name": name,
        "title": "Will this customer leave?",
        "labels": ["stay", "leave"],
        "fields": {"tenure": FieldKind.NUMBER, "contract": FieldKind.CATEGORY},
        "policy": Policy(error_rate=1, auto_margin=0.6, audit_probability=0.1),
    }
    return Project.model_validate(content | changes)


def an_event_id() -> str:
    """An id that no other test has."""
    return f"event-{next(_numbers)}"


def features(tenure: float = 3, contract: str = "monthly") -> dict[str, FeatureValue]:
    """What the model learns from."""
    return {"tenure": tenure, "contract": contract}


def a_request(
    event_id: str | None = None, project: str = "churn", *, tenure: float = 3
) -> CloudEvent:
    """An event that asks for a decision."""
    payload = ScoringRequested(event_id=event_id or an_event_id(), features=features(tenure))
    return announce(
        EventType.SCORING_REQUESTED,
        payload,
        project=project,
        identity=payload.event_id,
        source="test",
        time=NOON,
    )


def a_prediction_event(
    event_id: str | None = None,
    *,
    project: str = "churn",
    leave: float = 0.5,
    version: int = 1,
    tenure: float = 3,
    contract: str = "monthly",
    deadline: datetime | None = None,
) -> CloudEvent:
    """A model's answer for one event, `leave` being the probability of that label."""
    payload = PredictionMade(
        event_id=event_id or an_event_id(),
        features=features(tenure, contract),
        probabilities={"stay": 1 - leave, "leave": leave},
        model=ModelRef(name=project, version=version, sha256=SHA256 if version else ""),
        deadline=deadline,
    )
    return announce(
        EventType.PREDICTION_MADE,
        payload,
        project=project,
        identity=payload.event_id,
        source="test",
        time=NOON,
    )


def a_prediction(
    event_id: str | None = None,
    *,
    project: str = "churn",
    leave: float = 0.5,
    version: int = 1,
    tenure: float = 3,
    deadline: datetime | None = None,
) -> wire.Prediction:
    """The same, as the review service decodes it."""
    event = a_prediction_event(
        event_id,
        project=project,
        leave=leave,
        version=version,
        tenure=tenure,
        deadline=deadline,
    )
    return wire.decode_prediction(event.encode())


def an_item(event_id: str, **changes: object) -> NewItem:
    """An event that waits for people."""
    content: dict[str, object] = {
        "project": "churn",
        "event_id": event_id,
        "reason": RouteReason.UNCERTAIN,
        "received_at": NOON,
        "deadline": None,
        "worth": Worth("leave", doubt=0.4),
        "rank": NOON.timestamp(),
    }
    return NewItem(**(content | changes))  # type: ignore[arg-type]


def a_configuration(project: Project, version: int = 1) -> CloudEvent:
    """The announcement of a project file."""
    payload = ProjectConfigured(configuration=project, policy_version=version, actor="test")
    return announce(
        EventType.PROJECT_CONFIGURED,
        payload,
        project=project.name,
        identity=str(version),
        source="test",
        time=NOON,
    )


def a_model(number: int, **changes: object) -> ModelChanged:
    """What is told of a model version."""
    told = {
        "version": number,
        "sha256": f"{number:064x}",
        "uri": f"churn/{number:064x}",
        "parent": number - 1 or None,
        "learned_up_to": 10 * number,
        "metrics": {"corrections": 10.0 * number},
        "reason": "learned from 10 corrections",
        "actor": "retrainer",
    }
    return ModelChanged.model_validate(told | changes)


def a_step(kind: EventType, number: int, time: int = 1, **changes: object) -> CloudEvent:
    """The `time`th thing that is told of a model version of churn."""
    return announce(
        kind,
        a_model(number, **changes),
        project="churn",
        identity=f"{number}/{time}",
        source="retrainer",
        time=NOON,
    )
