"""Dead letters that tests are about."""

from base64 import b64encode
from dataclasses import replace
from itertools import count

from services.review.domain.dead_letters import NewLetter
from shared.events import CloudEvent, EventDeadLettered, EventType, announce
from tests.builders import NOON

_numbers = count(1)


def a_letter(**changes: object) -> NewLetter:
    """A letter that no other test has."""
    number = next(_numbers)
    letter = NewLetter(
        document_id=f"unknown/test:requests/{number}-0/event.dead_lettered.v1",
        project="churn",
        stream="test:requests",
        entry_id=f"{number}-0",
        reason="malformed",
        error="Malformed",
        message="data: missing",
        attempts=1,
        original=b"{",
        at=NOON,
    )
    return replace(letter, **changes)  # type: ignore[arg-type]


def a_letter_event(
    original: bytes = b"{",
    *,
    project: str = "churn",
    stream: str = "handraise:requests",
    reason: str = "malformed",
    message: str = "data: missing",
) -> CloudEvent:
    """The same, as a service announces it."""
    number = next(_numbers)
    payload = EventDeadLettered(
        stream=stream,
        entry_id=f"{number}-0",
        reason=reason,
        error="Malformed",
        message=message,
        attempts=1,
        original_base64=b64encode(original).decode(),
    )
    return announce(
        EventType.EVENT_DEAD_LETTERED,
        payload,
        project=project,
        identity=f"{stream}/{number}-0",
        source="test",
        time=NOON,
    )
