"""Which challengers a project has, when they are due, and how they are fitted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from shared.model.brought.fitting import bring
from shared.model.challengers.boosting import boosting
from shared.model.challengers.lines import lines
from shared.model.challengers.randomised import randomised
from shared.model.challengers.task import Task
from shared.model.state import ModelState
from shared.model.voices.voice import Voice
from shared.project import FieldKind

FIRST = 64
"""Examples before the first fit."""
LEAST = 32
"""Examples between two fits, however few there are."""


@dataclass(frozen=True)
class Kind:
    """A kind of challenger.

    Attributes:
        fit: makes the voice, or None if it does not suit the task.
        growth: by what share the examples must have grown before the next fit.
    """

    fit: Callable[[Task], Voice | None]
    growth: float


KINDS = {
    "boosted": Kind(boosting, 0.12),
    "randomised": Kind(randomised, 0.12),
    "lines": Kind(lines, 0.2),
}


@dataclass(frozen=True)
class Refit:
    """A fit that enters what is learned.

    Attributes:
        challenger: a name of `KINDS`, or of what a project brings.
        upto: the ledger position of the last example that it may use.
    """

    challenger: str
    upto: int


_GROWTH_OF_BROUGHT = 0.12


def suitable(fields: Mapping[str, FieldKind]) -> tuple[str, ...]:
    """The challengers of a project with these fields."""
    kinds = set(fields.values())
    trees = ("boosted", "randomised") if kinds - {FieldKind.TEXT} else ()
    return (*trees, "lines") if FieldKind.TEXT in kinds else trees


def is_due(challenger: str, examples: int, fitted: int) -> bool:
    """Whether to fit again: at `examples` now, after a fit to `fitted` of them.

    >>> is_due("boosted", 63, 0), is_due("boosted", 64, 0), is_due("boosted", 1_119, 1_000)
    (False, True, False)
    """
    growth = KINDS[challenger].growth if challenger in KINDS else _GROWTH_OF_BROUGHT
    step = max(LEAST, fitted * growth)
    return examples >= max(FIRST, fitted + step)


def fit(task: Task) -> ModelState | None:
    """Fit one challenger; a function of the task and the versions of the libraries.

    Returns:
        The state of its voice, or None if the task does not suit it.

    Raises:
        Misconfigured: what the project brings cannot be made, fitted or stored.
    """
    if len(set(task.answers.tolist())) < 2:  # noqa: PLR2004 - nothing to tell apart
        return None
    with threadpool_limits(1):  # sums must be the same wherever they are made
        voice = bring(task) if task.expert else KINDS[task.challenger].fit(task)
    return voice.state() if voice else None
