"""Every bad event ends as a dead letter with a stable reason, and harms nobody beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.documents import (
    STRANGE,
    bad_predictions,
    bad_requests,
    changed,
    envelope,
    prediction,
    request,
)
from tests.bad_input.lanes import Outcome, ReviewDesk, scorer_lane
from tests.builders import SHA256

BAD_REQUESTS, BAD_PREDICTIONS = bad_requests(), bad_predictions()


@pytest.fixture
def desk(redis_url: str, tmp_path: Path) -> ReviewDesk:
    desk = ReviewDesk(redis_url, f"sqlite:///{tmp_path / 'review.db'}")
    desk.configure()
    return desk


def expect_refused(outcome: Outcome, document: bytes, reason: str) -> None:
    """One dead letter with the whole original, a line in the log, a step of the counter."""
    assert outcome.reasons == [reason]
    assert outcome.originals == [document]
    (line,) = [line for line in outcome.log if line["event"] == "dead_letter"]
    assert (line["reason"], line["log_level"]) == (reason, "warning")
    assert outcome.counted == {reason: 1}
    assert outcome.pending == 0


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_the_scorer_refuses(redis_url: str, name: str) -> None:
    document, reason = BAD_REQUESTS[name]
    before, after = json.dumps(request("before")), json.dumps(request("after"))

    outcome = scorer_lane(redis_url).take(before.encode(), document, after.encode())

    expect_refused(outcome, document, reason)
    assert [made["data"]["event_id"] for made in outcome.published] == ["before", "after"]


@pytest.mark.parametrize("name", BAD_PREDICTIONS)
def test_review_refuses(desk: ReviewDesk, name: str) -> None:
    document, reason = BAD_PREDICTIONS[name]
    before, after = json.dumps(prediction("before")), json.dumps(prediction("after"))

    outcome = desk.predictions().take(before.encode(), document, after.encode())

    expect_refused(outcome, document, reason)
    assert desk.rows() == (2, 2)
    assert desk.recorded("before")
    assert desk.recorded("after")


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_odd_but_good_passes_untouched(desk: ReviewDesk, name: str) -> None:
    # given a request, through the scorer
    scored = scorer_lane(desk.url).take(changed(request(), **STRANGE[name]))
    assert scored.reasons == []
    (made,) = scored.published

    # when review gets what the scorer made of it
    outcome = desk.predictions().take(json.dumps(made).encode())

    # then the record holds what was sent
    assert outcome.reasons == []
    sent = {**request()["data"], **STRANGE[name]}
    body = desk.recorded(sent["event_id"])
    assert body
    recorded = json.loads(body)["prediction"]
    assert recorded["features"] == sent["features"]
    assert recorded.get("context", {}) == sent.get("context", {})


def test_of_a_name_that_occurs_twice_the_last_counts(redis_url: str) -> None:
    document = json.dumps(request()).encode().replace(b'"tenure": 3', b'"tenure": 3, "tenure": 4')
    (made,) = scorer_lane(redis_url).take(document).published
    assert made["data"]["features"]["tenure"] == 4


@pytest.mark.parametrize(
    "other",
    [
        {"features": {"tenure": 4}},
        {"features": {}},
        {"context": {"note": "other"}},
        {"slices": {"country": "FR"}},
    ],
    ids=lambda other: next(iter(other)),
)
@pytest.mark.parametrize("same_batch", [True, False], ids=["same batch", "later"])
def test_an_id_is_for_one_content(
    desk: ReviewDesk, other: dict[str, object], same_batch: bool
) -> None:
    # given an event, and another content under its id
    first = json.dumps(prediction()).encode()
    second = changed(prediction(), **other)

    # when both arrive
    if same_batch:
        outcome = desk.predictions().take(first, second)
    else:
        desk.predictions().take(first)
        outcome = desk.predictions().take(second)

    # then the first stands
    expect_refused(outcome, second, "id_conflict")
    assert json.loads(desk.recorded("strange") or "")["prediction"]["features"]["tenure"] == 3
    assert desk.rows() == (1, 1)


@pytest.mark.parametrize(
    "same", [{}, {"context": {}}, {"slices": {}}, {"probabilities": {"stay": 0.9, "leave": 0.1}}]
)
def test_saying_the_same_again_is_no_conflict(desk: ReviewDesk, same: dict[str, object]) -> None:
    first = json.dumps(prediction()).encode()
    outcome = desk.predictions().take(first, changed(prediction(), **same))
    assert (outcome.reasons, desk.rows()) == ([], (1, 1))


def a_model_event() -> dict[str, Any]:
    data = {
        "version": 1, "sha256": SHA256, "uri": f"churn/{SHA256}", "parent": None,
        "learned_up_to": 1, "metrics": {}, "reason": "test", "actor": "test",
    }  # fmt: skip
    return {**request(), "id": "churn/1/model", "type": "model.promoted.v1", "data": data}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: b"{",
        lambda event: envelope(event, id="a\0b"),
        lambda event: changed(event, version=-1),
        lambda event: changed(event, metrics={"loss": "low"}),
        lambda event: json.dumps(request()).encode(),
    ],
    ids=["not JSON", "NUL in the id", "negative version", "metric as text", "no model event"],
)
def test_review_refuses_model_events(
    desk: ReviewDesk, spoil: Callable[[dict[str, Any]], bytes]
) -> None:
    bad = spoil(a_model_event())
    outcome = desk.models().take(bad, json.dumps(a_model_event()).encode())
    expect_refused(outcome, bad, "malformed")
