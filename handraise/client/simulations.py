"""What another policy would come to."""

from datetime import datetime

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Request, Steps, ask, part
from shared.project import Project

_PATIENCE_SECONDS = 600.0


class Span(Answer):
    """What is expected, and between which ends it comes out with 95 % probability."""

    value: float | None
    low: float | None
    high: float | None


class Compared(Answer):
    """A figure: as it was, with the file in force, and with the other one."""

    name: str
    unit: str
    definition: str
    recorded: float | None
    now: Span
    other: Span


class Support(Answer):
    """The error rate of what would be automatic, by people's answers alone; label None: of all."""

    label: str | None
    automatic: float
    answers: int
    effective: float
    estimate: float | None
    low: float
    high: float
    is_enough: bool


class Simulation(Answer):
    """What another project file would come to, and what cannot be known of it."""

    project: str
    since: AwareDatetime
    until: AwareDatetime
    days: float
    events: int
    reproduced: int
    runs: int
    reviewers: int
    answer_seconds: float
    figures: list[Compared]
    support: list[Support]
    doubts: list[str]


def simulate(
    configuration: Project,
    *,
    events: int = 5000,
    since: datetime | None = None,
    reviewers: int | None = None,
    runs: int = 10,
) -> Steps[Simulation]:
    """What another project file would have made of the recorded past; nothing is changed."""
    body = {
        "configuration": configuration.model_dump(mode="json"),
        "events": events,
        "since": since.isoformat() if since else None,
        "reviewers": reviewers,
        "runs": runs,
    }
    path = f"/v1/projects/{part(configuration.name)}/simulations"
    request = Request("POST", path, body, repeatable=True, seconds=_PATIENCE_SECONDS)
    return ask(Simulation, request)
