"""The pages on which the whole is watched: what is promised, who decides, and one red button."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from services.review.api.bodies import Reason
from services.review.api.caller import Doorkeeper
from services.review.api.certificate_answers import CertificateAnswer
from services.review.api.serving import serve
from services.review.domain.access import Permission, User
from services.review.domain.figures import Figure, Span
from services.review.domain.lift import Week
from services.review.errors import Invalid
from services.review.use_cases.certificates import ReadCertificates
from services.review.use_cases.drifting import ReadDrift
from services.review.use_cases.lifting import ReadLift
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.records import ReadRecords
from services.review.use_cases.reporting import ReportContribution
from services.review.use_cases.slicing import ReadSlices
from services.review.web.charts import Bar, bars_of
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to
from services.review.web.tabs import Tabs

_MOST_BYTES = 16_384
_BLOCKS = 100
_NEAREST = 8
_ADDED = {
    "accuracy_before": "right, had the model decided alone",
    "accuracy_after": "right, as it was decided",
    "errors_prevented": "errors prevented",
    "checks_wrong": "random checks found wrong",
    "time_to_decision_median": "time to decision, in half of what people decide",
    "cost_per_decision": "cost per decision",
}
"""Figures that the page shows where they are known, and what it calls them."""
_reason = TypeAdapter(Reason)


@dataclass(frozen=True)
class Figures:
    """Where the figures come from."""

    records: ReadRecords
    certificates: ReadCertificates
    slices: ReadSlices
    drift: ReadDrift
    contribution: ReportContribution
    lift: ReadLift


def install(
    app: FastAPI,
    pages: Pages,
    door: Doorkeeper,
    keep: KeepProjects,
    figures: Figures,
) -> None:
    """Add the pages to the application."""
    serve(app, _oversight(pages, door, keep, figures))


def _oversight(
    pages: Pages,
    door: Doorkeeper,
    keep: KeepProjects,
    figures: Figures,
) -> APIRouter:
    routes = APIRouter(prefix="/oversight", route_class=page_route(pages), include_in_schema=False)
    Lister = Annotated[User, Depends(door.allow(Permission.READ, lists=True))]  # noqa: N806 - a type
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type
    Auditor = Annotated[User, Depends(door.allow(Permission.RECORD))]  # noqa: N806 - a type
    Operator = Annotated[User, Depends(door.allow(Permission.OPERATE))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type
    tabs = Tabs(keep)

    @routes.get("")
    def begin(reader: Lister) -> RedirectResponse:
        """To the first project."""
        return tabs.first(reader, "/oversight")

    @routes.get("/{project}")
    def show(project: str, reader: Reader) -> Response:
        """How the project stands."""
        report = figures.records.report(project)
        blocks = [
            CertificateAnswer.of(c) for c in figures.certificates.page(project, _BLOCKS, None).items
        ]
        return pages.show(
            "oversight.html",
            user=reader,
            project=project,
            projects=tabs.of(reader),
            state=keep.get(project),
            report=report,
            slices=figures.slices(project),
            drift=figures.drift(project),
            nearest=_NEAREST,
            added=_added(figures, project) if reader.may(Permission.RECORD) else [],
            lift=_lift(figures, project) if reader.may(Permission.RECORD) else None,
            current=[block for block in blocks if block.end is None],
            past=[block for block in blocks if block.end is not None],
        )

    @routes.get("/{project}/verification")
    def verify(project: str, auditor: Auditor) -> Response:
        """Every block counted again from the ledger alone."""
        found = figures.certificates.verify(project)
        return pages.show("verification.html", user=auditor, project=project, found=found)

    @routes.post("/{project}/stop")
    def stop(project: str, operator: Operator, form: Form) -> Response:
        """People decide every event from now on."""
        keep.switch(project, operator, _why(form), stopped=True)
        return to(f"/oversight/{quote(project)}")

    @routes.post("/{project}/resume")
    def resume(project: str, operator: Operator, form: Form) -> Response:
        """The policy decides again who decides."""
        keep.switch(project, operator, _why(form), stopped=False)
        return to(f"/oversight/{quote(project)}")

    return routes


@dataclass(frozen=True, slots=True)
class Lift:
    """What people prevented week after week, and its picture."""

    weeks: Sequence[Week]
    bars: Sequence[Bar]

    @property
    def now(self) -> Figure:
        """Of the week that ends now."""
        return self.weeks[-1].prevented


def _lift(figures: Figures, project: str) -> Lift | None:
    weeks = figures.lift(project)
    if not weeks or weeks[-1].prevented.value is None:
        return None
    told = [week.prevented for week in weeks]
    return Lift(weeks, bars_of([Span(week.value, week.low, week.high) for week in told]))


def _added(figures: Figures, project: str) -> list[tuple[str, Figure]]:
    """What people add, as far as it is known, with what to call it."""
    known = {f.name: f for f in figures.contribution(project).figures if f.value is not None}
    return [(words, known[name]) for name, words in _ADDED.items() if name in known]


def _why(form: dict[str, str]) -> str:
    try:
        return _reason.validate_python(form.get("reason", "").strip())
    except ValidationError as error:
        raise Invalid("say in a few words why; it is kept in the record") from error
