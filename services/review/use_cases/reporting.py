"""The report of a project: what people add."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.review.domain.cases import recall
from services.review.domain.contribution import Facts, Outcome, contribution
from services.review.domain.figures import Figure
from services.review.domain.gold import Score
from services.review.domain.ledger import Entry, Kind
from services.review.errors import NotFound
from services.review.ports import Store, Transaction
from services.review.use_cases.certificates import Certificate
from shared.clock import Clock
from shared.events import EventType, RouteReason

_NEWEST = 10_000
"""Times rest on so many newest decisions of people, so that a report stays quick."""

_AT_ONCE = 500
_MOST_CERTIFICATES = 50
_WINDOW = 500
"""A version tells of so many corrections at most."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What people add to a project, and what was promised of what the model did alone.

    Attributes:
        certificates: those that began last first, at most 50.
    """

    project: str
    at: datetime
    figures: Sequence[Figure]
    certificates: Sequence[Certificate]


class ReportContribution:
    """Reckons figures from what is kept."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, project: str) -> Contribution:
        """The report as of now.

        Raises:
            NotFound: no such project.
        """
        with self._store.read() as transaction:
            facts = _facts(transaction, project)
            blocks = transaction.blocks.page(project, _MOST_CERTIFICATES, None)
        certificates = [Certificate(place, dated) for place, dated in blocks]
        return Contribution(project, self._clock.now(), contribution(facts), certificates)


def _facts(transaction: Transaction, project: str) -> Facts:
    state = transaction.projects.get(project)
    if state is None:
        raise NotFound(f"there is no project {project!r}")
    policy = state.configuration.policy
    outcomes = transaction.outcomes.by_reason(project)
    sure = transaction.ledger.tally(project).get((Kind.ROUTED, RouteReason.CONFIDENT.value), 0)
    contested = outcomes.get(RouteReason.CONFIDENT, Outcome()).answered
    scores = transaction.gold.scores(project).values()
    return Facts(
        outcomes=outcomes,
        alone=sure - contested,
        floor=_floor(transaction, project),
        found=_found(transaction, project),
        miss_rate=policy.miss_rate,
        gold=Score(sum(score.seen for score in scores), sum(score.right for score in scores)),
        effort=transaction.outcomes.effort(project),
        waits=transaction.outcomes.waits(project, _NEWEST),
        review_cost=policy.review_cost,
        progress=_progress(transaction, project),
        slices=state.configuration.slices,
        counts=transaction.slice_counts.of(project) if state.configuration.slices else {},
    )


def _floor(transaction: Transaction, project: str) -> float:
    """The least chance of a check in any block that there was; 1 where there was none."""
    floor, before = 1.0, None
    while page := transaction.blocks.page(project, _AT_ONCE, before):
        before = page[-1][0]
        floor = min(floor, *(dated.block.terms.floor for _, dated in page))
    return floor


def _found(transaction: Transaction, project: str) -> list[float]:
    """With which chance each check was drawn that showed an error."""
    events = transaction.outcomes.changed(project, RouteReason.AUDIT, _NEWEST)
    chances: list[float] = []
    for start in range(0, len(events), _AT_ONCE):
        part = events[start : start + _AT_ONCE]
        bodies = transaction.ledger.known(project, Kind.ROUTED, part)
        cases = (recall(project, event, body) for event, body in bodies.items())
        chances += [case.route.inclusion_probability for case in cases]
    return chances


def _progress(transaction: Transaction, project: str) -> list[tuple[float, int]]:
    """What the first and the newest version say of themselves."""
    stretch = (0, transaction.history.last())
    first = transaction.history.of_kinds(project, [Kind.MODEL], stretch, _AT_ONCE)
    newest = transaction.ledger.newest(project, Kind.MODEL, _AT_ONCE)
    told = [_judged([*first]), _judged([*newest])]
    return [judged for judged in told if judged is not None]


def _judged(entries: Sequence[Entry]) -> tuple[float, int] | None:
    """Of the first promoted version that tells: its accuracy, and on how many that rests."""
    for entry in entries:
        if entry.detail == EventType.MODEL_PROMOTED.value:
            metrics = json.loads(entry.body).get("metrics") or {}
            if "accuracy" in metrics and metrics.get("examples"):
                return metrics["accuracy"], min(_WINDOW, int(metrics["examples"]))
    return None
