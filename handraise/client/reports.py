"""What people add to a project."""

from pydantic import AwareDatetime

from handraise.client.certificates import Certificate
from handraise.client.steps import Answer, Request, Steps, ask, part


class Figure(Answer):
    """A figure with its 95 % interval; None where it cannot be said."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    rests_on: int
    definition: str


class Contribution(Answer):
    """The report of a project, with the newest certificates."""

    project: str
    at: AwareDatetime
    figures: list[Figure]
    certificates: list[Certificate]


def contribution(project: str) -> Steps[Contribution]:
    """What people add: errors prevented, accuracy with and without them, time, cost."""
    path = f"/v1/reports/{part(project)}/contribution"
    return ask(Contribution, Request("GET", path))
