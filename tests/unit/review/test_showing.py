"""What of an event the person sees who is to answer it."""

import json

from services.review.api.work_answers import ClaimAnswer
from shared import wire
from tests.builders import a_prediction_event
from tests.unit.review.voting_desk import ADA, NEVER, Desk


def arrive(desk: Desk, leave: float) -> None:
    """An event with context, and what carried its prediction."""
    document = json.loads(a_prediction_event("one", leave=leave).encode())
    document["data"]["context"] = {"note": "quiet", "agent": "kim"}
    document["data"]["evidence"] = [
        {"field": "contract", "value": "monthly", "contribution": 0.4},
        {"field": "tenure", "value": 3, "contribution": 0.3},
    ]
    desk.route([wire.decode_prediction(json.dumps(document).encode())])


def test_who_sees_the_prediction_sees_what_carried_it() -> None:
    desk = Desk()
    arrive(desk, leave=0.55)

    item = ClaimAnswer.of(desk.claim(ADA)).item

    assert item.prediction is not None
    assert [(e.field, e.value) for e in item.evidence] == [("contract", "monthly"), ("tenure", 3)]


def test_who_is_blind_sees_neither() -> None:
    desk = Desk(policy=NEVER.model_copy(update={"audit_probability": 1.0}))
    arrive(desk, leave=0.99)

    item = ClaimAnswer.of(desk.claim(ADA)).item

    assert (item.prediction, item.evidence) == (None, [])


def test_what_is_withheld_does_not_leave_the_server() -> None:
    desk = Desk(withheld=["tenure", "agent", "never sent"])
    arrive(desk, leave=0.55)

    item = ClaimAnswer.of(desk.claim(ADA)).item

    assert (item.features, item.context) == ({"contract": "monthly"}, {"note": "quiet"})
    assert [evidence.field for evidence in item.evidence] == ["contract"]
