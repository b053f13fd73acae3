"""Routes for upstream systems that send over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from services.review.api.answers import Accepted
from services.review.api.bodies import Predictions, Requests
from services.review.api.caller import Doorkeeper
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.use_cases.sending import SendEvents
from shared.events import EventType
from shared.tracing import Traceparent

Place = Annotated[
    Traceparent,
    Header(description="Where in a trace the sender is (W3C); what is none is passed over."),
]


def router(door: Doorkeeper, send: SendEvents) -> APIRouter:
    """`/v1/projects/{project}/requests` and `/predictions`."""
    routes = APIRouter(prefix="/v1/projects", tags=["sending"], route_class=OneThread)
    Sender = Annotated[User, Depends(door.allow(Permission.SEND))]  # noqa: N806 - a type

    @routes.post("/{project}/requests", status_code=202)
    def send_requests(
        project: str, body: Requests, sender: Sender, traceparent: Place = None
    ) -> Accepted:
        """Send events to be decided; an event id that came before is one event."""
        count = send(project, EventType.SCORING_REQUESTED, body.events, sender.name, traceparent)
        return Accepted(accepted=count)

    @routes.post("/{project}/predictions", status_code=202)
    def send_predictions(
        project: str, body: Predictions, sender: Sender, traceparent: Place = None
    ) -> Accepted:
        """Send the predictions of a model of your own."""
        count = send(project, EventType.PREDICTION_MADE, body.events, sender.name, traceparent)
        return Accepted(accepted=count)

    return routes
