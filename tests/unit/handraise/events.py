"""Events as the services would publish them, with everything but the point filled in."""

from datetime import UTC, datetime

from shared.events import (
    CloudEvent,
    CorrectionMade,
    DecidedBy,
    DecisionMade,
    EventType,
    ModelChanged,
    ModelRef,
    Route,
    RouteKind,
    RouteReason,
    announce,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)


def a_route(by: DecidedBy) -> Route:
    alone = by is DecidedBy.MODEL
    return Route(
        kind=RouteKind.AUTO if alone else RouteKind.REVIEW,
        reason=RouteReason.CONFIDENT if alone else RouteReason.UNCERTAIN,
        inclusion_probability=0.05 if alone else 1,
        policy_version=1,
    )


def a_decision(
    event_id: str,
    label: str = "a",
    *,
    by: DecidedBy = DecidedBy.MODEL,
    version: int = 1,
    revision: int = 1,
) -> CloudEvent:
    payload = DecisionMade(
        event_id=event_id,
        revision=revision,
        label=label,
        decided_by=by,
        predicted_label="a",
        probability=0.9,
        route=a_route(by),
        model=ModelRef(name="p", version=version),
        decided_at=AT,
    )
    return said(EventType.DECISION_MADE, payload, f"{event_id}/{revision}")


def a_correction(event_id: str, sequence: int) -> CloudEvent:
    payload = CorrectionMade(
        correction_id=f"p/{event_id}/1",
        event_id=event_id,
        revision=1,
        sequence=sequence,
        label="a",
        label_probabilities={"a": 1},
        predicted_label="a",
        probabilities={"a": 0.9, "b": 0.1},
        features={},
        votes=[],
        route=a_route(DecidedBy.REVIEWERS),
        model=ModelRef(name="p", version=1),
    )
    return said(EventType.PREDICTION_CONFIRMED, payload, f"{event_id}/1")


def a_version(version: int, learned_up_to: int) -> CloudEvent:
    payload = ModelChanged(
        version=version,
        sha256="0" * 64,
        uri="p/0",
        parent=None,
        learned_up_to=learned_up_to,
        metrics={},
        reason="learned",
        actor="retrainer",
    )
    return said(EventType.MODEL_PROMOTED, payload, str(version))


def said(
    kind: EventType, payload: DecisionMade | CorrectionMade | ModelChanged, identity: str
) -> CloudEvent:
    return announce(kind, payload, project="p", identity=identity, source="test", time=AT)
