"""The page on which another policy is tried on the past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.review.api.caller import Doorkeeper
from services.review.api.simulation_answers import ComparedAnswer, SimulationAnswer
from services.review.api.simulations import wish_of
from services.review.domain.access import Permission, User
from services.review.domain.figures import Span
from services.review.errors import Busy, Invalid
from services.review.use_cases.simulating import SimulatePolicy
from services.review.web.charts import Ends, beside
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route
from services.review.web.tabs import Tabs
from services.review.web.what_if_form import EVENTS, SETTINGS, Change, filled, read, said

_MOST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """A figure under both policies, and its picture.

    Attributes:
        verdict: in one word how the other policy differs; empty: the stretch cannot tell.
    """

    figure: ComparedAnswer
    picture: tuple[Ends | None, Ends | None]
    verdict: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the page tells of a simulation."""

    answer: SimulationAnswer
    changes: Sequence[Change]
    rows: Sequence[Row]


def router(pages: Pages, door: Doorkeeper, simulate: SimulatePolicy, tabs: Tabs) -> APIRouter:
    """`/what-if`."""
    routes = APIRouter(prefix="/what-if", route_class=page_route(pages), include_in_schema=False)
    Planner = Annotated[User, Depends(door.allow(Permission.SIMULATE))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    def show(
        project: str,
        planner: User,
        given: Mapping[str, str],
        *,
        status: int = 200,
        detail: str = "",
        told: Told | None = None,
    ) -> Response:
        file = tabs.project(project)
        return pages.show(
            "what_if.html",
            status,
            user=planner,
            project=project,
            projects=tabs.of(planner),
            settings=[(setting, said(setting.value(file), setting)) for setting in SETTINGS],
            choices=EVENTS,
            given={**filled(file), **given},
            detail=detail,
            told=told,
        )

    @routes.get("/{project}")
    def ask(project: str, planner: Planner) -> Response:
        """The policy in force, to be changed."""
        return show(project, planner, {})

    @routes.post("/{project}")
    def answer(project: str, planner: Planner, form: Form) -> Response:
        """What the changed one would have come to; nothing is changed by it."""
        try:
            asked = read(form, tabs.project(project))
            found = SimulationAnswer.of(project, simulate(project, wish_of(asked.request)))
        except (Invalid, Busy) as error:
            return show(project, planner, form, status=error.status, detail=str(error))
        rows = [_row(figure) for figure in found.figures if _is_known(figure)]
        return show(project, planner, form, told=Told(found, asked.changes, rows))

    return routes


def _is_known(figure: ComparedAnswer) -> bool:
    return any(
        value is not None for value in (figure.recorded, figure.now.value, figure.other.value)
    )


def _row(figure: ComparedAnswer) -> Row:
    now, other = (Span(s.value, s.low, s.high) for s in (figure.now, figure.other))
    return Row(figure, beside(now, other), _verdict(now, other))


def _verdict(now: Span, other: Span) -> str:
    """`less` or `more` where the intervals lie apart."""
    if other.high is not None and now.low is not None and other.high < now.low:
        return "less"
    if other.low is not None and now.high is not None and other.low > now.high:
        return "more"
    return ""
