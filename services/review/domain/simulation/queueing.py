"""People who answer: as they did, or as they would in a queue of another length."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from random import Random

from services.review.domain.capacity import Load, spared
from services.review.domain.confirming import is_to_confirm
from services.review.domain.priority import rank
from services.review.domain.queue import Worth
from services.review.domain.routing import is_decided_at_once
from services.review.domain.simulation.course import Arrival, Heard
from services.review.domain.simulation.people import People
from shared.events import Route, RouteKind, RouteReason
from shared.project import Fallback, Project, WhenOver


class Recorded:
    """Everybody says what they said, at the place where it stands in the ledger."""

    def __init__(self) -> None:
        self._coming: list[tuple[int, Heard]] = []

    def take(self, arrival: Arrival, route: Route) -> None:  # noqa: ARG002 - whatever the route
        """See `course.Answers`."""
        past = arrival.past
        for nth, said in enumerate(past.said):
            wrong = said.label != past.predicted
            heard = Heard(arrival.number, wrong, said.place, amends=nth > 0)
            heappush(self._coming, (said.place, heard))

    def until(self, at: float, place: int) -> Iterable[Heard]:  # noqa: ARG002 - places are exact
        """See `course.Answers`."""
        while self._coming and self._coming[0][0] < place:
            yield heappop(self._coming)[1]


@dataclass(slots=True)
class _Item:
    arrival: Arrival
    reason: RouteReason
    rank: float
    due: float | None
    wanted: int
    is_decided: bool


@dataclass(slots=True)
class Queue:
    """What became of the items of a play.

    Attributes:
        waits: seconds from arrival to people's decision.
        answers: that people gave.
        seconds: that these took together.
        dated: items that had a deadline which came before the end ...
        missed: ... and those of them that were not decided by people in time.
        relieved: decided by the fallback because too many waited.
        working: seconds that all reviewers together were at work.
    """

    waits: list[float] = field(default_factory=list)
    answers: int = 0
    seconds: float = 0.0
    dated: int = 0
    missed: int = 0
    relieved: int = 0
    working: float = 0.0


class Queueing:
    """A queue with many servers: the next item goes to whoever is free first.

    Items go in the product's order: those that are urgent by their deadline, then by
    `priority.rank`. An answer takes a time drawn from those that were observed. People work in the
    hours of the day in which they were seen to; what they have begun they finish.
    """

    def __init__(
        self, people: People, project: Project, shares: Mapping[str, float], draw: Random
    ) -> None:
        self.outcome = Queue()
        self._people = people
        self._project = project
        self._shares = shares
        self._draw = draw
        self._free = [0.0] * people.reviewers
        self._waiting: dict[int, _Item] = {}
        self._ranked: list[tuple[float, int]] = []
        self._dated: list[tuple[float, int]] = []
        self._held: list[tuple[float, int, _Item]] = []
        self._stuck: list[_Item] = []
        """They want a second person where there is only one."""
        self._moment = 0.0

    def take(self, arrival: Arrival, route: Route) -> None:
        """See `course.Answers`."""
        if route.kind is not RouteKind.REVIEW:
            return
        project, past = self._project, arrival.past
        seconds = past.due - past.at if past.due is not None else project.deadline.seconds
        due = None if seconds is None else arrival.at + seconds
        worth = Worth(past.predicted, past.score, past.data.novelty or 0.0)
        at = datetime.fromtimestamp(arrival.at, UTC)
        place = rank(worth, route.reason, at, project.order, self._shares)
        said = "" if arrival.wrong else past.predicted
        confirms = is_to_confirm(route.reason, past.predicted, said, project.policy)
        wanted = max(project.votes.min, 2 if confirms else 1)
        if past.votes and project.votes.max > 1:
            wanted = min(max(wanted, past.votes), project.votes.max)
        at_once = is_decided_at_once(route, project.policy)
        item = _Item(arrival, route.reason, place, due, wanted, at_once)
        self._put(item)

    def until(self, at: float, place: int) -> Iterable[Heard]:  # noqa: ARG002 - time is enough
        """See `course.Answers`."""
        heard: list[Heard] = []
        while True:
            start = self._people.at_work(max(self._free[0], self._moment))
            done = self._held[0][0] if self._held else math.inf
            if done <= at and (done <= start or not self._waiting):
                self._finish(heard)
            elif self._waiting and start <= at:
                self._begin(start)
            else:
                break
        self._moment = max(self._moment, at)
        self._relieve()
        return heard

    def close(self, since: float, end: float) -> None:
        """The play is over; what still waits has missed a deadline that came before its end."""
        self.outcome.working = self._people.reviewers * self._people.working(since, end)
        held = (item for _, _, item in self._held)
        for item in [*self._waiting.values(), *held, *self._stuck]:
            self._judge(item, None, end)

    def _put(self, item: _Item) -> None:
        number = item.arrival.number
        self._waiting[number] = item
        heappush(self._ranked, (item.rank, number))
        if item.due is not None:
            heappush(self._dated, (item.due, number))

    def _begin(self, start: float) -> None:
        item = self._next(start)
        if item is None:
            return
        seconds = self._draw.choice(self._people.seconds)
        heappop(self._free)
        heappush(self._free, start + seconds)
        heappush(self._held, (start + seconds, item.arrival.number, item))
        self.outcome.answers += 1
        self.outcome.seconds += seconds

    def _next(self, start: float) -> _Item | None:
        """The item that is first now; what went on to the leads meanwhile is passed over."""
        urgent = start + self._project.deadline.urgent_seconds
        while self._dated and self._dated[0][0] <= urgent:
            item = self._waiting.pop(heappop(self._dated)[1], None)
            if item is not None and not self._went_on(item, start):
                return item
        while self._ranked:
            item = self._waiting.pop(heappop(self._ranked)[1], None)
            if item is not None and not self._went_on(item, start):
                return item
        return None

    def _went_on(self, item: _Item, now: float) -> bool:
        escalates = self._project.deadline.fallback is Fallback.ESCALATE and not item.is_decided
        if not escalates or item.due is None or now <= item.due:
            return False
        self._judge(item, None, now)
        return True

    def _finish(self, heard: list[Heard]) -> None:
        at, number, item = heappop(self._held)
        item.wanted -= 1
        if item.wanted > 0:
            if self._people.reviewers > 1:
                self._put(item)
            else:
                self._stuck.append(item)
            return
        self.outcome.waits.append(at - item.arrival.at)
        self._judge(item, at, at)
        heard.append(Heard(number, item.arrival.wrong, _origin(item.arrival)))

    def _judge(self, item: _Item, answered: float | None, now: float) -> None:
        if item.due is None or (answered is None and item.due > now):
            return
        self.outcome.dated += 1
        self.outcome.missed += answered is None or answered > item.due

    def _relieve(self) -> None:
        """Let the newest go where too many wait, as the product does."""
        capacity = self._project.policy.capacity
        if capacity is None or capacity.when_over is not WhenOver.FALLBACK:
            return
        undecided = [item for item in self._waiting.values() if not item.is_decided]
        held = sum(not item.is_decided for _, _, item in self._held)
        excess = Load(capacity, len(undecided) + held).excess
        kept = spared(self._project.deadline.fallback)
        for item in reversed(undecided):
            if excess <= 0:
                return
            if item.reason not in kept:
                del self._waiting[item.arrival.number]
                self._judge(item, None, self._moment)
                self.outcome.relieved += 1
                excess -= 1


def _origin(arrival: Arrival) -> int | None:
    said = arrival.past.said
    return said[0].place if said else None
