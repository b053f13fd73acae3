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


class Week(Answer):
    """Seven days, and the errors that people prevented in them."""

    since: AwareDatetime
    until: AwareDatetime
    prevented: Figure


class _Weeks(Answer):
    weeks: list[Week]


def contribution(project: str) -> Steps[Contribution]:
    """What people add: errors prevented, accuracy with and without them, time, cost."""
    path = f"/v1/reports/{part(project)}/contribution"
    return ask(Contribution, Request("GET", path))


def weeks(project: str) -> Steps[list[Week]]:
    """Errors that people prevented in each of the last eight weeks, the newest last."""
    path = f"/v1/reports/{part(project)}/weeks"
    return (yield from ask(_Weeks, Request("GET", path))).weeks
