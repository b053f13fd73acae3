"""The page of model versions: what serves, what wants to, and the way back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from services.review.api.caller import Doorkeeper
from services.review.api.dead_letter_bodies import Why
from services.review.api.models import Number, OfferRequest, RollbackRequest
from services.review.api.serving import serve
from services.review.domain.access import Permission, User
from services.review.domain.versions import State, Version
from services.review.errors import Invalid
from services.review.use_cases.models import KeepModels
from services.review.use_cases.requesting import AskForCandidate, Wanted
from services.review.web.charts import Line, line_of
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to
from services.review.web.tabs import Tabs
from shared.project import Promotion

_MOST_BYTES = 16_384
_VERSIONS = 100
_CANDIDATES = 10
_TRUST = "trust_"
"""Begins a figure that says how much of the answer a voice makes up."""
_LOSS, _BOUNDS = "loss_", ("_low", "_high")
"""Begins what a voice lost, and end the bounds of an interval."""
_COUNTS = {"examples", "corrections", "corrected_at"}
"""Figures that only rise."""
_why = TypeAdapter(Why)


def install(
    app: FastAPI,
    pages: Pages,
    door: Doorkeeper,
    tabs: Tabs,
    keep: KeepModels,
    ask: AskForCandidate,
) -> None:
    """Add the pages to the application."""
    serve(app, _reading(pages, door, tabs, keep))
    serve(app, _deciding(pages, door, keep, ask))


def _reading(pages: Pages, door: Doorkeeper, tabs: Tabs, keep: KeepModels) -> APIRouter:
    routes = APIRouter(prefix="/models", route_class=page_route(pages), include_in_schema=False)
    Lister = Annotated[User, Depends(door.allow(Permission.READ, lists=True))]  # noqa: N806 - a type
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type

    @routes.get("")
    def begin(reader: Lister) -> RedirectResponse:
        """To the first project."""
        return tabs.first(reader, "/models")

    @routes.get("/{project}")
    def show(project: str, reader: Reader, below: int | None = None) -> Response:
        """What serves, what waits, the newest versions, and how their error has gone."""
        page, champion = keep.page(project, _VERSIONS, below), keep.champion(project)
        return pages.show(
            "models.html",
            user=reader,
            project=project,
            projects=tabs.of(reader),
            champion=champion,
            manual=tabs.project(project).promotion is Promotion.MANUAL,
            candidates=keep.page(project, _CANDIDATES, state=State.CANDIDATE).items,
            versions=page.items,
            older=page.last.number if page.last else None,
            lines=_lines(page.items),
            trust=_trust(champion),
        )

    return routes


def _deciding(pages: Pages, door: Doorkeeper, keep: KeepModels, ask: AskForCandidate) -> APIRouter:
    routes = APIRouter(prefix="/models", route_class=page_route(pages), include_in_schema=False)
    Approver = Annotated[User, Depends(door.allow(Permission.PROMOTE))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.post("/{project}/rollback")
    def roll_back(project: str, approver: Approver, form: Form) -> Response:
        """Go back to a version that served."""
        wanted = _back(form)
        keep.roll_back(project, wanted.version, approver, wanted.reason)
        return to(f"/models/{quote(project)}")

    @routes.post("/{project}/{version}/offer")
    def offer(project: str, version: Number, approver: Approver, form: Form) -> Response:
        """Ask for a version without somebody."""
        said = _without(form)
        ask(project, version, approver, Wanted(said.whom, said.name, said.reason))
        return to(f"/models/{quote(project)}")

    @routes.post("/{project}/{version}/promote")
    def promote(project: str, version: Number, approver: Approver, form: Form) -> Response:
        """Let a candidate serve."""
        keep.promote(project, version, approver, _reason(form))
        return to(f"/models/{quote(project)}")

    @routes.post("/{project}/{version}/reject")
    def reject(project: str, version: Number, approver: Approver, form: Form) -> Response:
        """Never let a candidate serve."""
        keep.reject(project, version, approver, _reason(form))
        return to(f"/models/{quote(project)}")

    return routes


def _lines(newest: Sequence[Version]) -> list[Line]:
    """A picture of each figure that versions tell of, over versions, where several do."""
    versions = [(v.number, v.told.metrics) for v in newest[::-1] if v.state is not State.CANDIDATE]
    told_of = {name for _, metrics in versions for name in metrics}
    drawn = (n for n in told_of - _COUNTS if not n.startswith((_TRUST, _LOSS)))
    names = sorted(name for name in drawn if not name.endswith(_BOUNDS))
    told = {n: [(number, m[n]) for number, m in versions if n in m] for n in names}
    return [line_of(name, points) for name, points in told.items() if len(points) > 1]


class _Trusted(NamedTuple):
    """A voice: its share, and its loss with the bounds of the interval, if that is told."""

    name: str
    share: float
    loss: Sequence[float]


def _trust(champion: Version | None) -> list[_Trusted]:
    """Whom the version that serves trusts, and how much, the most trusted first."""
    metrics = champion.told.metrics if champion else {}
    trusted = {n.removeprefix(_TRUST): v for n, v in metrics.items() if n.startswith(_TRUST)}
    voices = [_Trusted(name, share, _loss(metrics, name)) for name, share in trusted.items()]
    return sorted(voices, key=lambda voice: -voice.share)


def _loss(metrics: Mapping[str, float], name: str) -> list[float]:
    names = [f"{_LOSS}{name}{bound}" for bound in ("", *_BOUNDS)]
    return [metrics[each] for each in names if each in metrics]


def _reason(form: dict[str, str]) -> str:
    try:
        return _why.validate_python(form.get("reason", "").strip())
    except ValidationError as error:
        raise Invalid("say in a few words why; it is kept in the record") from error


def _back(form: dict[str, str]) -> RollbackRequest:
    try:
        return RollbackRequest.model_validate({name: text.strip() for name, text in form.items()})
    except ValidationError as error:
        raise Invalid("give the version's number, and say in a few words why") from error


def _without(form: dict[str, str]) -> OfferRequest:
    try:
        return OfferRequest.model_validate({name: text.strip() for name, text in form.items()})
    except ValidationError as error:
        raise Invalid("name a reviewer or an event, and say in a few words why") from error
