"""What the form of another policy offers, and the project file that it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import ValidationError

from services.review.api.simulations import SimulationRequest
from services.review.errors import Invalid
from shared.project import Project

EVENTS = (500, 1000, 2000, 5000, 10_000, 20_000)
"""How many of the newest events may be chosen."""
USUAL_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class Setting:
    """A number of the project file, in the file's own unit.

    Attributes:
        path: its place in the file; the last name is its own, in the form too.
        label: what it is, in words.
        without: what it means that none is given; empty: one has to be.
        least: the least that the form takes, and ...
        most: ... the greatest; None: any.
    """

    path: tuple[str, str]
    label: str
    without: str = ""
    least: float = 0
    most: float | None = 1

    @property
    def name(self) -> str:
        """In the form, and as people say it who know the file."""
        return ".".join(self.path).removeprefix("policy.")

    def value(self, project: Project) -> float | None:
        """As the file has it."""
        found: float | None = getattr(getattr(project, self.path[0]), self.path[1])
        return found


SETTINGS = (
    Setting(("policy", "error_rate"), "Share of automatic decisions that may be wrong (α)"),
    Setting(("policy", "confidence"), "Confidence of that promise"),
    Setting(("policy", "window"), "Automatic decisions to a block", least=1, most=1_000_000),
    Setting(("policy", "miss_rate"), "Share of errors that people overlook"),
    Setting(
        ("policy", "audit_probability"),
        "Least chance of a random check",
        "what costs the fewest reviews",
    ),
    Setting(("policy", "auto_margin"), "Least lead of the likeliest label over the next"),
    Setting(("policy", "novelty_above"), "Novelty above which people decide", "not asked"),
    Setting(("policy", "review_cost"), "What an answer costs", "not declared", most=None),
    Setting(("deadline", "seconds"), "Seconds until an answer is due", "no deadline", 1, None),
)
"""What the page offers to change; all else is for a whole file, by the API or the command line."""


class Change(NamedTuple):
    """A setting that was given another value; each as people read it."""

    setting: Setting
    before: str
    after: str


class Asked(NamedTuple):
    """What somebody wants to know."""

    request: SimulationRequest
    changes: Sequence[Change]


def said(value: float | None, setting: Setting) -> str:
    """A value of a setting, as people read and write it.

    >>> said(0.05, SETTINGS[0]), said(10_000, SETTINGS[2]), said(None, SETTINGS[7])
    ('0.05', '10000', 'not declared')
    """
    return setting.without if value is None else f"{value:.12g}"


def filled(project: Project) -> dict[str, str]:
    """The form as it stands before anybody has changed it."""
    found = {setting.name: setting.value(project) for setting in SETTINGS}
    given = {name: "" if value is None else f"{value:.12g}" for name, value in found.items()}
    return given | {"events": str(USUAL_EVENTS), "reviewers": ""}


def read(form: Mapping[str, str], project: Project) -> Asked:
    """What a filled form asks.

    Args:
        form: its fields; those that are missing stay as they are.
        project: the file in force.

    Raises:
        Invalid: something is no number, or the file does not allow it.
    """
    given = {**filled(project), **form}
    content = project.model_dump(mode="json")
    for setting in SETTINGS:
        part, name = setting.path
        content[part][name] = _number(given[setting.name], setting)
    asked = {
        "configuration": content,
        "events": given["events"].strip() or USUAL_EVENTS,
        "reviewers": given["reviewers"].strip() or None,
    }
    try:
        request = SimulationRequest.model_validate(asked)
    except ValidationError as error:
        raise Invalid(_faults(error)) from error
    return Asked(request, _changes(project, request.configuration))


def _changes(before: Project, after: Project) -> list[Change]:
    values = [(each, each.value(before), each.value(after)) for each in SETTINGS]
    return [
        Change(each, said(old, each), said(new, each)) for each, old, new in values if old != new
    ]


def _number(text: str, setting: Setting) -> float | None:
    if not text.strip():
        if setting.without:
            return None
        raise Invalid(f"{setting.label}: give a number")
    try:
        return float(text)
    except ValueError as error:
        raise Invalid(f"{setting.label}: {text.strip()[:40]!r} is no number") from error


def _faults(error: ValidationError) -> str:
    """What is wrong, where: `policy.error_rate: ...`."""
    return "; ".join(_fault(fault) for fault in error.errors(include_url=False))


def _fault(fault: Mapping[str, Any]) -> str:
    place = ".".join(str(step) for step in fault["loc"] if step != "configuration")
    return f"{place}: {fault['msg']}" if place else str(fault["msg"])
