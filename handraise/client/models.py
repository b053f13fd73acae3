"""Model versions, and what people decide on them."""

from uuid import uuid4

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Page, Request, Steps, ask, pages, part
from shared.events import Comparison


class Decided(Answer):
    """What a person has decided on a version: `promote`, `reject` or `roll_back`."""

    verdict: str
    actor: str
    reason: str
    at: AwareDatetime


class ModelVersion(Answer):
    """One model version: a candidate, the champion, retired, or refused."""

    version: int
    state: str
    sha256: str
    parent: int | None
    learned_up_to: int
    metrics: dict[str, float]
    reason: str
    actor: str
    at: AwareDatetime
    challenger: str | None
    comparison: list[Comparison]
    decided: Decided | None


class Offer(Answer):
    """What is being learned again without somebody, to be offered."""

    version: int
    whom: str
    name: str


class _Models(Page):
    versions: list[ModelVersion]


def models(project: str, *, state: str | None = None) -> Steps[list[ModelVersion]]:
    """Model versions, newest first; all, or those in a state."""
    query = {"state": state} if state else None
    found = yield from pages(_Models, _path(project), query)
    return [version for page in found for version in page.versions]


def model(project: str, version: int) -> Steps[ModelVersion]:
    """One model version, with how it did beside the champion of its time."""
    return ask(ModelVersion, Request("GET", f"{_path(project)}/{version}"))


def promote(project: str, version: int, reason: str) -> Steps[ModelVersion]:
    """Approve a candidate: it serves within a second."""
    return ask(ModelVersion, _act(project, f"{version}/promote", {"reason": reason}))


def reject(project: str, version: int, reason: str) -> Steps[ModelVersion]:
    """Reject a candidate: it never serves."""
    return ask(ModelVersion, _act(project, f"{version}/reject", {"reason": reason}))


def roll_back(project: str, version: int, reason: str) -> Steps[ModelVersion]:
    """Go back to a version that served."""
    body = {"version": version, "reason": reason}
    return ask(ModelVersion, _act(project, "rollback", body))


def offer(project: str, version: int, whom: str, name: str, reason: str) -> Steps[Offer]:
    """Ask what a version would be without a `reviewer` or a `subject`: a candidate, if anything."""
    body = {"whom": whom, "name": name, "reason": reason}
    path = f"{_path(project)}/{version}/offer"
    return ask(Offer, Request("POST", path, body, key=str(uuid4())))


def _path(project: str) -> str:
    return f"/v1/models/{part(project)}"


def _act(project: str, what: str, body: dict[str, object]) -> Request:
    return Request("POST", f"{_path(project)}/{what}", body, repeatable=True)
