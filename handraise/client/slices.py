"""How the model does on each part of the events."""

from handraise.client.quality import Estimate
from handraise.client.steps import Answer, Request, Steps, ask, part


class Part(Answer):
    """The events of one value of a slice."""

    value: str
    events: int
    answers: int
    automation_rate: Estimate
    correction_rate: Estimate
    error_rate: Estimate
    predicted: dict[str, float]


class Disparity(Answer):
    """How far the values of a slice lie apart; None: not defined."""

    demographic_parity_difference: float | None = None
    demographic_parity_ratio: float | None = None
    equalized_odds_difference: float | None = None
    equalized_odds_ratio: float | None = None
    error_rate_difference: float | None = None


class Slice(Answer):
    """One slice, its values with the most events first."""

    name: str
    parts: list[Part]
    disparity: Disparity


class _Slices(Answer):
    slices: list[Slice]


def slices(project: str) -> Steps[list[Slice]]:
    """How the model does on each part of the events, and how far these lie apart."""
    request = Request("GET", f"/v1/projects/{part(project)}/slices")
    return (yield from ask(_Slices, request)).slices
