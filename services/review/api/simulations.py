"""The route of the policy simulator."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from services.review.api.bodies import Body
from services.review.api.caller import Doorkeeper
from services.review.api.document import may_say
from services.review.api.simulation_answers import SimulationAnswer
from services.review.domain.access import Permission, User
from services.review.errors import Busy
from services.review.use_cases.simulating import SimulatePolicy, Wish
from shared.moments import Moment
from shared.project import Project


class SimulationRequest(Body):
    """Another project file, and the stretch of the past on which it is tried.

    Attributes:
        configuration: the other project file, whole.
        events: the newest events, at most so many.
        since: none from before.
        reviewers: so many people answer; null: as many as answered.
        runs: how many plays of each file the intervals rest on.
    """

    configuration: Project
    events: Annotated[int, Field(ge=100, le=20_000)] = 5000
    since: Moment | None = None
    reviewers: Annotated[int, Field(ge=1, le=1000)] | None = None
    runs: Annotated[int, Field(ge=2, le=40)] = 10


def wish_of(body: SimulationRequest) -> Wish:
    """What the use case is asked."""
    return Wish(body.configuration, body.events, body.since, body.reviewers, body.runs)


def router(door: Doorkeeper, simulate: SimulatePolicy) -> APIRouter:
    """`/v1/projects/{project}/simulations`."""
    routes = APIRouter(prefix="/v1/projects", tags=["projects"])
    Planner = Annotated[User, Depends(door.allow(Permission.SIMULATE))]  # noqa: N806 - a type

    @routes.post("/{project}/simulations", openapi_extra=may_say(Busy))
    def simulate_policy(project: str, body: SimulationRequest, _: Planner) -> SimulationAnswer:
        """What another project file would have made of the recorded past; nothing is changed."""
        return SimulationAnswer.of(project, simulate(project, wish_of(body)))

    return routes
