"""Routes for deciding again: appeals, and answers that no longer count."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.answers import AppealAnswer, RevokedAnswer
from services.review.api.bodies import AppealRequest, RevokeRequest
from services.review.api.caller import Doorkeeper
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.api.repeating import Key
from services.review.domain.access import Permission, User
from services.review.errors import AlreadyAppealed
from services.review.use_cases.appealing import Appeal
from services.review.use_cases.repeating import Once
from services.review.use_cases.undoing import RevokeAnswers


def router(door: Doorkeeper, appeal: Appeal, revoke: RevokeAnswers) -> APIRouter:
    """`/v1/decisions/.../appeal` and `/v1/projects/.../reviewers/.../revoke`."""
    routes = APIRouter(prefix="/v1", tags=["second looks"], route_class=OneThread)
    Affected = Annotated[User, Depends(door.allow(Permission.APPEAL))]  # noqa: N806 - a type
    Lead = Annotated[User, Depends(door.allow(Permission.LEAD))]  # noqa: N806 - a type

    @routes.post(
        "/decisions/{project}/{event_id:path}/appeal",
        status_code=201,
        openapi_extra=may_say(AlreadyAppealed),
    )
    def contest_decision(
        project: str,
        event_id: str,
        body: AppealRequest,
        caller: Affected,
        key: Key = None,
    ) -> AppealAnswer:
        """Contest a decision: a lead who has not answered it looks again."""
        once = Once.asked(key, "appeal", project, event_id, body.reason)
        taken = appeal(project, event_id, caller, body.reason, once)
        return AppealAnswer(
            project=project, event_id=event_id, appeal=taken.number, queue=taken.queue
        )

    @routes.post("/projects/{project}/reviewers/{reviewer}/revoke")
    def revoke_answers(
        project: str, reviewer: str, body: RevokeRequest, lead: Lead
    ) -> RevokedAnswer:
        """Take back all answers of a reviewer since a moment; what rested on them is reopened."""
        done = revoke(project, reviewer, body.since, lead, body.reason)
        return RevokedAnswer(answers=done.answers, reopened=done.reopened)

    return routes
