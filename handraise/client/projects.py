"""Projects, and what is missing."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, RootModel

from handraise.client.steps import Answer, Request, Steps, ask, part
from shared.project import Project


class ProjectState(Answer):
    """A project and whether it may decide alone."""

    configuration: Project
    policy_version: int
    automation: str


class _Projects(Answer):
    projects: list[ProjectState]


class Gap(Answer):
    """So many facts of a project lack what should follow from them."""

    project: str
    kind: str
    found: int
    repaired: int
    cure: str


class Gaps(Answer):
    """What is missing; `redis` is known, restarted, lost, or None if it does not answer."""

    redis: str | None
    gaps: list[Gap]


class Republished(Answer):
    """From when on everything is sent again, and how many entries are gone through."""

    since: AwareDatetime
    entries: int


class _Document(RootModel[dict[str, Any]]):
    pass


def projects() -> Steps[list[ProjectState]]:
    """All projects that the caller may see."""
    return (yield from ask(_Projects, Request("GET", "/v1/projects"))).projects


def project(name: str) -> Steps[ProjectState]:
    """One project."""
    return ask(ProjectState, Request("GET", f"/v1/projects/{part(name)}"))


def apply(project: Project) -> Steps[ProjectState]:
    """Put a project file into force."""
    path = f"/v1/projects/{part(project.name)}"
    return ask(ProjectState, Request("PUT", path, project.model_dump(mode="json")))


def stop(project: str, reason: str) -> Steps[ProjectState]:
    """From now on people decide every event."""
    return ask(ProjectState, _act(f"{part(project)}/stop", reason))


def resume(project: str, reason: str) -> Steps[ProjectState]:
    """The policy decides again who decides."""
    return ask(ProjectState, _act(f"{part(project)}/resume", reason))


def gaps() -> Steps[Gaps]:
    """What should have followed and did not; nothing is changed."""
    return ask(Gaps, Request("GET", "/v1/gaps"))


def repair() -> Steps[Gaps]:
    """Look now, and let what is missing follow."""
    return ask(Gaps, Request("POST", "/v1/repair", repeatable=True))


def republish(*, since: datetime | None = None, minutes: int | None = None) -> Steps[Republished]:
    """Send everything since a time, or of so many minutes, again, with the same ids."""
    body = {"since": since.isoformat()} if since else {"minutes": minutes}
    return ask(Republished, Request("POST", "/v1/republish", body, repeatable=True))


def asyncapi() -> Steps[dict[str, Any]]:
    """The AsyncAPI document of all streams and events."""
    return (yield from ask(_Document, Request("GET", "/asyncapi"))).root


def _act(what: str, reason: str) -> Request:
    return Request("POST", f"/v1/projects/{what}", {"reason": reason}, repeatable=True)
