"""What a play came to, and what many plays tell of the next stretch like this one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median, stdev

from services.review.domain import beta
from services.review.domain.certificate.block import Block, End
from services.review.domain.certificate.gate import Placed
from services.review.domain.figures import Span
from services.review.domain.routing import Bar
from services.review.domain.simulation.course import Arrival
from services.review.domain.simulation.past import Past, Stretch
from services.review.domain.simulation.queueing import Queue
from shared.events import Route, RouteKind, RouteReason
from shared.project import Project

_CONFIDENCE = 0.95
_STRETCHES = 2
"""The recorded one, and the next."""

_SLOW = 0.9
_MANY = 1000

MEASURES: Mapping[str, tuple[str, str]] = {
    "automatic": ("share", "Events that the model decides and nobody sees, of all."),
    "reviews_a_day": ("events", "Events a day that go to people: the load on the project's queue."),
    "checks_a_day": ("events", "Those of them that are random checks of sure events."),
    "leads_a_day": ("events", "Those of them that go on to the leads' queue."),
    "answers_a_day": ("events", "Answers a day that people give, second opinions too."),
    "work_a_day": ("s", "Time a day that these answers take all people together."),
    "busy": ("share", "The time that answers take, of all working time of the reviewers."),
    "wait_median": ("s", "From an event's arrival to people's decision: the middle one."),
    "wait_slow": ("s", "The same: the longest but for one in ten."),
    "missed": ("share", "Deadlines that were missed, of those that came."),
    "relieved_a_day": ("events", "Events a day that the fallback decides since too many wait."),
    "error_bound": ("share", "At most so many automatic decisions are wrong: what is promised."),
    "wrong": ("share", "Automatic decisions that are wrong, of all automatic ones."),
    "tripped": ("events", "Blocks that are stopped because checks find too many errors."),
    "cost": ("cost", "Answers and wrong automatic decisions for each 1,000 events."),
}
"""What is told of a policy: the unit and the definition of each figure."""

Figures = dict[str, float | None]


@dataclass(slots=True)
class Tally:
    """Counts a play.

    Attributes:
        escapes: by the place of an event, how often it would have been automatic: its chance not
            to be checked in the lane, for each time that it came.
    """

    leads: float
    """The share of people's events that go on to leads, for those that never went to people."""
    events: int = 0
    automatic: int = 0
    reviewed: int = 0
    checks: int = 0
    to_leads: float = 0.0
    wrong: int = 0
    costs: dict[str, int] = field(default_factory=dict)
    escapes: dict[int, float] = field(default_factory=dict)

    def see(self, arrival: Arrival, route: Route, placed: Placed | Bar) -> None:
        """Count an event."""
        past = arrival.past
        self.events += 1
        if isinstance(placed, Placed) and placed.ruling.inside:
            free = 1 - placed.ruling.probability
            self.escapes[past.place] = self.escapes.get(past.place, 0.0) + free
        if route.kind is RouteKind.AUTO:
            self.automatic += 1
            self.wrong += arrival.wrong
            if arrival.wrong:
                self.costs[past.predicted] = self.costs.get(past.predicted, 0) + 1
            return
        self.reviewed += 1
        self.checks += route.reason is RouteReason.AUDIT
        self.to_leads += past.by_leads if past.is_reviewed else self.leads

    def figures(
        self, stretch: Stretch, project: Project, blocks: Sequence[Block], queue: Queue
    ) -> Figures:
        """What the play came to."""
        days = lasted(stretch)
        found: Figures = {
            "automatic": self.automatic / self.events,
            "reviews_a_day": self.reviewed / days,
            "checks_a_day": self.checks / days,
            "leads_a_day": self.to_leads / days,
            "answers_a_day": queue.answers / days,
            "work_a_day": queue.seconds / days,
            "busy": min(1.0, queue.seconds / queue.working) if queue.working else None,
            "relieved_a_day": queue.relieved / days,
            "error_bound": _bound(project, blocks),
            "wrong": self.wrong / self.automatic if self.automatic else None,
            "tripped": float(sum(block.end is End.TRIP for block in blocks)),
            "cost": self._cost(project, queue),
        }
        return found | waiting(queue)

    def _cost(self, project: Project, queue: Queue) -> float | None:
        if project.policy.review_cost is None:
            return None
        each = project.order.error_cost
        errors = sum(each.get(label, 1.0) * count for label, count in self.costs.items())
        answers = queue.answers * project.policy.review_cost
        return (answers + errors) * _MANY / self.events


def waiting(queue: Queue) -> Figures:
    """How long people's decisions took, and which came too late."""
    waits = sorted(queue.waits)
    return {
        "wait_median": median(waits) if waits else None,
        "wait_slow": waits[int(_SLOW * len(waits))] if waits else None,
        "missed": queue.missed / queue.dated if queue.dated else None,
    }


def recorded(stretch: Stretch) -> Figures:
    """What really happened in a stretch, as far as the ledger tells it."""
    days, events = lasted(stretch), stretch.events
    to_people = [past for past in events if past.is_reviewed]
    queue = Queue(
        waits=[past.said[0].at - past.at for past in to_people if past.said],
        answers=sum(past.votes for past in events),
    )
    checks = sum(past.route[0] is RouteReason.AUDIT for past in to_people)
    found: Figures = {
        "automatic": 1 - len(to_people) / len(events),
        "reviews_a_day": len(to_people) / days,
        "checks_a_day": checks / days,
        "leads_a_day": sum(past.by_leads for past in events) / days,
        "answers_a_day": queue.answers / days,
        "work_a_day": queue.answers * stretch.people.mean_seconds / days,
    }
    return found | waiting(_with_deadlines(stretch, to_people, queue))


def lasted(stretch: Stretch) -> float:
    """How many days a stretch lasted; what came at once lasted a second."""
    return max(stretch.days, 1 / 86_400)


def foreseen(plays: Sequence[Figures]) -> dict[str, Span]:
    """What the next stretch like this one is to bring: with 95 % probability between both ends.

    The plays differ as stretches of this kind and length do. So does the recorded stretch, from
    which all plays are drawn, and so will the next one: as for any future sample that is foreseen
    from a past one of its size, the variance counts for both, and 1/n of it for the mean of n
    plays. With about normal figures that is mean ± t·s·√(2 + 1/n), t with n-1 degrees of freedom
    (Hahn and Meeker 1991, 4.8).
    """
    found: dict[str, Span] = {}
    for name, (unit, _) in MEASURES.items():
        values = [value for play in plays if (value := play.get(name)) is not None]
        if len(values) < len(plays) or not values:
            found[name] = Span()
            continue
        mean = fmean(values)
        reach = _reach(len(values)) * stdev(values) if len(values) > 1 else math.inf
        top = 1.0 if unit == "share" else math.inf
        high = min(top, mean + reach)
        found[name] = Span(mean, max(0.0, mean - reach), None if math.isinf(high) else high)
    return found


def _reach(count: int) -> float:
    """Half the length of the interval, in standard deviations."""
    freedom = count - 1
    square = beta.quantile(_CONFIDENCE, 0.5, freedom / 2)
    return math.sqrt(freedom * square / (1 - square)) * math.sqrt(_STRETCHES + 1 / count)


def _bound(project: Project, blocks: Sequence[Block]) -> float | None:
    """The errors that all blocks together allow, of what they accepted."""
    accepted = sum(block.accepted for block in blocks)
    if not project.policy.promises or not accepted:
        return None
    return sum(min(block.terms.budget, block.accepted) for block in blocks) / accepted


def _with_deadlines(stretch: Stretch, to_people: Sequence[Past], queue: Queue) -> Queue:
    end = stretch.events[-1].at
    usual = {step.version: step.project.deadline.seconds for step in stretch.applied}
    for past in to_people:
        seconds = usual.get(past.version)
        due = past.due or (past.at + seconds if seconds else None)
        if due is not None and (past.said or due <= end):
            queue.dated += 1
            queue.missed += not past.said or past.said[0].at > due
    return queue
