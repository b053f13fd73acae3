"""Routes about reviewers: how good they are, and whether they may work."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.bodies import StandingRequest
from services.review.api.caller import Doorkeeper
from services.review.api.one_thread import OneThread
from services.review.api.quality_answers import (
    AgreementAnswer,
    AnchoringAnswer,
    ReviewerAnswer,
    ReviewersAnswer,
    StandingAnswer,
)
from services.review.domain.access import Permission, User
from services.review.use_cases.measuring import MeasureReviewers
from services.review.use_cases.standing import KeepStanding


def router(door: Doorkeeper, measure: MeasureReviewers, standing: KeepStanding) -> APIRouter:
    """`/v1/projects/.../reviewers`, `/agreement` and `/anchoring`."""
    routes = APIRouter(prefix="/v1", tags=["reviewers"], route_class=OneThread)
    Lead = Annotated[User, Depends(door.allow(Permission.LEAD))]  # noqa: N806 - a type

    @routes.get("/projects/{project}/reviewers")
    def list_reviewers(project: str, _: Lead) -> ReviewersAnswer:
        """How each reviewer is doing."""
        reports = measure.reviewers(project)
        return ReviewersAnswer(reviewers=[ReviewerAnswer.about(report) for report in reports])

    @routes.post("/projects/{project}/reviewers/{reviewer}/pause")
    def pause_reviewer(
        project: str, reviewer: str, body: StandingRequest, lead: Lead
    ) -> StandingAnswer:
        """Let a reviewer claim nothing more."""
        return StandingAnswer.of(standing.pause(project, reviewer, lead, body.reason))

    @routes.post("/projects/{project}/reviewers/{reviewer}/resume")
    def resume_reviewer(
        project: str, reviewer: str, body: StandingRequest, lead: Lead
    ) -> StandingAnswer:
        """Let a reviewer work, without an exam too; what led to a pause no longer counts."""
        return StandingAnswer.of(standing.resume(project, reviewer, lead, body.reason))

    @routes.get("/projects/{project}/agreement")
    def show_agreement(project: str, _: Lead) -> AgreementAnswer:
        """How far reviewers agree, over the newest 10,000 answers."""
        return AgreementAnswer.of(measure.agreement(project))

    @routes.get("/projects/{project}/anchoring")
    def show_anchoring(project: str, _: Lead) -> AnchoringAnswer:
        """How much the model's answer sways people, where chance decided who saw it."""
        return AnchoringAnswer.of(measure.anchoring(project))

    return routes
