"""What review tells of events is what the contract would have written."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.review.domain import facts
from services.review.domain.facts import Because, Case, Ruling, Verdict
from services.review.domain.routing import predicted_label
from shared import events, telling
from shared.events import (
    CloudEvent,
    CorrectionMade,
    DecidedBy,
    DecisionMade,
    EventType,
    ModelRef,
    Route,
    RouteKind,
    RouteReason,
    announce,
)

LABELS = ("leave", "stay", "può darsi")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TYPES = {
    Verdict.CONFIRMED: EventType.PREDICTION_CONFIRMED,
    Verdict.CORRECTED: EventType.PREDICTION_CORRECTED,
    Verdict.AMENDED: EventType.CORRECTION_AMENDED,
}

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)
names = st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True)
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | numbers | texts
moments = st.datetimes(timezones=st.just(UTC))
shares = st.floats(0, 1).map(lambda share: {"leave": share, "stay": 1 - share})
routes = st.builds(
    Route,
    kind=st.sampled_from(RouteKind),
    reason=st.sampled_from(RouteReason),
    inclusion_probability=st.floats(0.001, 1),
    policy_version=st.integers(1, 99),
    certificate=st.none() | texts,
)
models = st.builds(
    ModelRef, name=names, version=st.integers(0, 9), sha256=st.sampled_from(["", "ab" * 32])
)
cases = st.builds(
    Case,
    project=names,
    event_id=texts.filter(bool),
    features=st.dictionaries(texts, values, max_size=5),
    context=st.just({}),
    slices=st.dictionaries(texts, texts, max_size=2),
    probabilities=shares,
    model=models,
    route=routes,
    traceparent=st.sampled_from([None, TRACE]),
)
votes = st.builds(telling.Vote, reviewer=texts, label=st.sampled_from(LABELS), at=moments)
rulings = st.builds(
    Ruling,
    label=st.sampled_from(LABELS),
    probabilities=shares,
    verdict=st.sampled_from(Verdict),
    votes=st.lists(votes, max_size=3),
    at=moments,
)
revisions = st.integers(1, 9)


def is_written_so(told: telling.Told, expected: CloudEvent) -> bool:
    """Whether the contract reads what was told as this event, and would write the same."""
    document = told.encode()
    assert json.loads(document) == json.loads(expected.encode())
    assert list(json.loads(document)) == list(json.loads(expected.encode()))
    assert (told.stream, told.subject) == (expected.stream, expected.subject)
    return CloudEvent.decode(document) == expected


@given(cases, revisions, st.sampled_from(LABELS), st.sampled_from(DecidedBy), moments)
def test_a_decision(
    case: Case, revision: int, label: str, decided_by: DecidedBy, at: datetime
) -> None:
    predicted = predicted_label(case.probabilities)
    payload = DecisionMade(
        event_id=case.event_id,
        revision=revision,
        label=label,
        decided_by=decided_by,
        predicted_label=predicted,
        probability=case.probabilities[predicted],
        route=case.route,
        model=case.model,
        decided_at=at,
    )
    expected = announce(
        EventType.DECISION_MADE,
        payload,
        project=case.project,
        identity=f"{case.event_id}/{revision}",
        source="review",
        time=at,
    ).placed(case.traceparent)
    told = facts.decision(case, revision, label, decided_by, at)
    assert is_written_so(told, expected)
    assert DecisionMade.model_validate_json(facts.decision_body(told)) == payload
    body = json.loads(facts.decision_body(told, Because.DEADLINE))
    assert body == payload.model_dump(mode="json") | {"because": "deadline"}


@given(cases, rulings, revisions, st.integers(1, 2**40))
def test_a_correction(case: Case, ruling: Ruling, revision: int, sequence: int) -> None:
    identity = f"{case.event_id}/{revision}"
    said = [events.Vote(reviewer=v.reviewer, label=v.label, at=v.at) for v in ruling.votes]
    payload = CorrectionMade(
        correction_id=f"{case.project}/{identity}",
        event_id=case.event_id,
        revision=revision,
        sequence=sequence,
        label=ruling.label,
        label_probabilities=dict(ruling.probabilities),
        predicted_label=predicted_label(case.probabilities),
        probabilities=dict(case.probabilities),
        features=dict(case.features),
        slices=dict(case.slices),
        votes=said,
        route=case.route,
        model=case.model,
    )
    expected = announce(
        TYPES[ruling.verdict],
        payload,
        project=case.project,
        identity=identity,
        source="review",
        time=ruling.at,
    ).placed(case.traceparent)
    assert is_written_so(facts.correction(case, ruling, revision, sequence), expected)
    assert json.loads(facts.correction_body(ruling)) == {
        "label": ruling.label,
        "verdict": ruling.verdict.value,
        "votes": [vote.model_dump(mode="json") for vote in said],
        "label_probabilities": ruling.probabilities,
    }
