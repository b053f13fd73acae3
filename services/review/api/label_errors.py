"""Routes for suspected label errors."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.review.api.bodies import Body
from services.review.api.caller import Doorkeeper
from services.review.api.cursors import Limit
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.domain.queue import leads_queue
from services.review.use_cases.suspecting import LookAgain, Suspicion, Suspicions
from shared.events import EventId

_AT_ONCE = 500


class SecondLooksRequest(Body):
    """Events whose answers are to be looked at again."""

    event_ids: Annotated[list[EventId], Field(min_length=1, max_length=_AT_ONCE)]


class SuspectAnswer(BaseModel):
    """An answer that a model contradicts which had not learned of the event.

    `likelier` is the label that it held for likelier, `score` the logarithm of how many times;
    `confident` if it was as sure of it as it is where people agree with it.
    """

    event_id: str
    label: str
    likelier: str
    believed: float
    given: float
    score: float
    confident: bool
    settled_at: datetime

    @classmethod
    def of(cls, found: Suspicion) -> Self:
        """From a suspicion."""
        suspect, contradiction = found.suspect, found.suspect.contradiction
        return cls(
            event_id=suspect.event_id,
            label=suspect.label,
            likelier=contradiction.likelier,
            believed=contradiction.believed,
            given=contradiction.given,
            score=contradiction.score,
            confident=found.confident,
            settled_at=suspect.settled_at,
        )


class LabelErrorsAnswer(BaseModel):
    """Suspected label errors, the most suspect first, and what came of second looks so far."""

    open: int
    sent: int
    waiting: int
    changed: int
    suspects: list[SuspectAnswer]

    @classmethod
    def of(cls, found: Suspicions) -> Self:
        """From what was found."""
        counts = found.counts
        return cls(
            open=counts.open,
            sent=counts.sent,
            waiting=counts.waiting,
            changed=counts.changed,
            suspects=[SuspectAnswer.of(each) for each in found.worst],
        )


class SecondLooksAnswer(BaseModel):
    """Which events wait for a second look now, and where."""

    queue: str
    event_ids: list[str]


def router(door: Doorkeeper, look_again: LookAgain) -> APIRouter:
    """`/v1/projects/{project}/label-errors`."""
    routes = APIRouter(
        prefix="/v1/projects/{project}/label-errors",
        tags=["second looks"],
        route_class=OneThread,
    )
    Lead = Annotated[User, Depends(door.allow(Permission.LEAD))]  # noqa: N806 - a type

    @routes.get("")
    def list_label_errors(project: str, _: Lead, limit: Limit = 50) -> LabelErrorsAnswer:
        """Answers that the model contradicts and nobody has looked at again, the worst first."""
        return LabelErrorsAnswer.of(look_again.suspicions(project, limit))

    @routes.post("/second-looks")
    def send_for_second_look(
        project: str, body: SecondLooksRequest, lead: Lead
    ) -> SecondLooksAnswer:
        """Let leads who have not answered these events look at them again, without being told.

        What is no suspect, or was sent before, is passed over.
        """
        sent = look_again.send(project, body.event_ids, lead)
        return SecondLooksAnswer(queue=leads_queue(project), event_ids=sent)

    return routes
