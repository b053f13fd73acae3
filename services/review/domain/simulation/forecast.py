"""Two project files beside each other: what is in force, and what could be."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from services.review.domain.figures import Span
from services.review.domain.simulation import doubts
from services.review.domain.simulation.course import Arrival, Course, InForce, as_recorded
from services.review.domain.simulation.imputing import Imputer
from services.review.domain.simulation.past import Stretch
from services.review.domain.simulation.people import People
from services.review.domain.simulation.queueing import Queueing, Recorded
from services.review.domain.simulation.support import Support, supports
from services.review.domain.simulation.tally import (
    MEASURES,
    Figures,
    Tally,
    foreseen,
    recorded,
)
from shared.events import Route
from shared.project import Project

_NEAR = 50
"""In a play each event is one of so many before or after the one that came then."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure.

    Attributes:
        recorded: what really happened; None where the ledger does not tell it.
        now: with the project file in force.
        other: with the other one.
    """

    name: str
    unit: str
    definition: str
    recorded: float | None
    now: Span
    other: Span


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a project file would come to.

    Attributes:
        events: how many the stretch has.
        same: how many of them the replay of what was in force routes exactly as they were.
        people: who answers, in the plays.
        support: of the other project file; all labels together first.
        doubts: what cannot be known from the ledger, one sentence each.
    """

    events: int
    days: float
    since: float
    until: float
    runs: int
    same: int
    people: People
    figures: Sequence[Compared]
    support: Sequence[Support]
    doubts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a stretch.

    Attributes:
        now: the project file in force.
        other: the one that could be.
        people: who answers.
        runs: how many plays, at least 2.
        seed: of the same seed and stretch the plays are the same.
    """

    now: Project
    other: Project
    people: People
    runs: int
    seed: int = 1


def forecast(
    stretch: Stretch, question: Question, rest: Callable[[], None] = lambda: None
) -> Forecast:
    """Play the stretch under both files.

    Args:
        stretch: of the past.
        question: what is asked.
        rest: is called now and then, so that others get their turn.
    """
    same = reproduced(stretch)
    imputer = Imputer(stretch.events)
    plays: list[list[Figures]] = [[], []]
    escapes: dict[int, float] = {}
    for run in range(question.runs):
        for which, project in enumerate((question.now, question.other)):
            rest()
            play = _Play(stretch, project, question.people, imputer, question.seed + run)
            figures, tally = play()
            plays[which].append(figures)
            if which:
                for place, weight in tally.escapes.items():
                    escapes[place] = escapes.get(place, 0.0) + weight / question.runs
    support = supports(stretch.events, escapes)
    return Forecast(
        events=len(stretch.events),
        days=stretch.days,
        since=stretch.events[0].at,
        until=stretch.events[-1].at,
        runs=question.runs,
        same=same,
        people=question.people,
        figures=_compared(recorded(stretch), foreseen(plays[0]), foreseen(plays[1])),
        support=support,
        doubts=doubts.doubts(
            stretch, (question.now, question.other), question.people, support, same
        ),
    )


def reproduced(stretch: Stretch) -> int:
    """How many events the router, asked again under what was in force, routes as it did."""
    steps = Steps(stretch)
    course = Course(steps.recorded, Recorded(), stretch.promoted)
    course.know(stretch.before)
    same = 0

    def see(arrival: Arrival, route: Route, _: object) -> None:
        nonlocal same
        found = (route.reason, route.inclusion_probability, route.certificate)
        same += found == arrival.past.route

    course.play(as_recorded(stretch.events), see)
    return same


class Steps:
    """What was in force when."""

    def __init__(self, stretch: Stretch) -> None:
        self._applied = stretch.applied
        self._applied_at = [step.place for step in stretch.applied]
        self._stopped = [step.stopped for step in stretch.switched]
        self._switched_at = [step.place for step in stretch.switched]

    def recorded(self, place: int) -> InForce:
        """What was in force."""
        step = self._applied[max(0, bisect_right(self._applied_at, place) - 1)]
        return InForce(step.project, step.version, self._is_stopped(place))

    def under(self, project: Project) -> Callable[[int], InForce]:
        """The same under one project file; automation is stopped when it was."""
        running, stopped = InForce(project, 1, False), InForce(project, 1, True)
        return lambda place: stopped if self._is_stopped(place) else running

    def _is_stopped(self, place: int) -> bool:
        nth = bisect_right(self._switched_at, place)
        return bool(nth) and self._stopped[nth - 1]


class _Play:
    """One play of a stretch under a project file.

    Coins are thrown anew, unknown answers are drawn, and in the place of each event comes one of
    its neighbours in time: so plays differ as stretches of the same kind do.
    """

    def __init__(
        self, stretch: Stretch, project: Project, people: People, imputer: Imputer, seed: int
    ) -> None:
        self._stretch, self._project, self._people = stretch, project, people
        self._draw = Random(seed)  # noqa: S311 - a simulation
        self._rate = imputer.drawn(self._draw)

    def __call__(self) -> tuple[Figures, Tally]:
        stretch, project = self._stretch, self._project
        times = Random(self._draw.random())  # noqa: S311 - a simulation
        queue = Queueing(self._people, project, _shares(stretch, project), times)
        course = Course(Steps(stretch).under(project), queue, stretch.promoted)
        course.know(stretch.before)
        tally = Tally(_share_of_leads(stretch))
        course.play(self._arrivals(), tally.see)
        queue.close(stretch.events[0].at, stretch.events[-1].at)
        blocks = [block for _, block in course.blocks]
        return tally.figures(stretch, project, blocks, queue.outcome), tally

    def _arrivals(self) -> Iterator[Arrival]:
        events, draw = self._stretch.events, self._draw
        for recorded_one in as_recorded(events):
            near = recorded_one.number + draw.randint(-_NEAR, _NEAR)
            past = events[min(max(near, 0), len(events) - 1)]
            coin, luck = draw.random(), draw.random()
            wrong = luck < self._rate(past) if past.wrong is None else past.wrong
            yield recorded_one._replace(past=past, draw=coin, wrong=wrong, known=None)


def _compared(
    happened: Figures, now: Mapping[str, Span], other: Mapping[str, Span]
) -> list[Compared]:
    return [
        Compared(name, unit, definition, happened.get(name), now[name], other[name])
        for name, (unit, definition) in MEASURES.items()
    ]


def _shares(stretch: Stretch, project: Project) -> dict[str, float]:
    """How often people decided each label."""
    counts = dict.fromkeys(project.labels, 1)
    for past in stretch.events:
        if past.said and past.said[-1].label in counts:
            counts[past.said[-1].label] += 1
    total = sum(counts.values())
    return {label: count / total for label, count in counts.items()}


def _share_of_leads(stretch: Stretch) -> float:
    to_people = [past for past in stretch.events if past.is_reviewed]
    return sum(past.by_leads for past in to_people) / len(to_people) if to_people else 0.0
