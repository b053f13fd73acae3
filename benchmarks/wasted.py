"""Answers on items that needed none any more: `./run bench wasted [--shifts N]`.

Reviewers on a clock of ours, through the use cases on SQLite, for an hour of a queue that is nearly
empty: there an item that somebody lets go is taken over at once. Three of four act as the page
does: a hand of three, a sign of life each minute while it is looked at, and again when somebody
comes back to it, so that they see what they have lost before they answer. The others are programs
that hold one item, give no sign of life, and answer whatever has become of it. An answer is in vain
if it is refused: the item is decided, or held by another.
"""

import argparse
import heapq
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.table import Figure, main
from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.domain.wilson import wilson
from services.review.errors import LeaseLost
from services.review.use_cases.claiming import Claims, Wish
from shared.database import Database
from shared.project import Votes
from tests.builders import a_prediction
from tests.databases import MIGRATIONS
from tests.faults.desk import Desk

_REVIEWERS, _LEADS, _HAND = 32, 2, 3
_HOURS = 1
_PACES = (12.0, 20.0, 30.0, 45.0)
"""Median seconds an item; each answer's are log-normal with this spread, so that of 45 s one in
forty takes longer than a lease lasts."""
_SPREAD = 0.7
_LOOK, _BEAT = 5.0, 60.0
_WALKS, _AWAY = 0.01, 600.0
"""How often somebody walks away from an item, and the median seconds until they are back."""
_SKIPS, _ERRS = 0.02, 0.1
_BUSY = 0.8
"""Arriving work, as a share of what people can do."""
_LIMIT = 5.0


@dataclass
class _Day:
    """A simulated shift: what happens next, and what came of it."""

    desk: Desk
    chance: Random
    answers: int = 0
    vain: int = 0
    back: int = 0
    now: float = 0.0
    _next: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._next, (self.now + seconds, next(self._numbers), act))

    def pass_hours(self, hours: float) -> None:
        while self._next[0][0] < 3600 * hours:
            moment, _, act = heapq.heappop(self._next)
            self.desk.clock.pass_seconds(moment - self.now)
            self.now = moment
            act()

    def events_come(self, seconds: float) -> None:
        """One event after the other, so many seconds apart on average."""
        self.desk.route([a_prediction(f"e{next(self._numbers)}")])
        self.after(self.chance.expovariate(1 / seconds), lambda: self.events_come(seconds))


class _Reviewer:
    """Somebody with a page, or a program, that holds a hand of items and answers the first."""

    def __init__(self, day: _Day, number: int) -> None:
        self._day, self._chance = day, day.chance
        leads = number < _LEADS
        self._user = User(f"person-{number}", Role.LEAD if leads else Role.REVIEWER)
        self._queue = "churn.leads" if leads else "churn"
        self._pace = _PACES[number % len(_PACES)]
        self._has_page = bool(number // len(_PACES) % 4)
        self._most = _HAND if self._has_page else 1
        self._hand: list[str] = []
        self._shown, self._away = "", False
        day.after(self._chance.random(), self.look)
        if self._has_page:
            day.after(_BEAT * self._chance.random(), self.beat)

    def look(self) -> None:
        self._take(self._day.desk.queues.claim(Wish(self._queue, self._most), self._user))

    def beat(self) -> None:
        """A sign of life, unless the page is not looked at."""
        if not self._away:
            self._keep()
        self._day.after(_BEAT, self.beat)

    def _keep(self) -> None:
        """Keep what is held; what was lost is let go."""
        for lease in list(self._hand):
            try:
                self._day.desk.queues.heartbeat(lease, self._user)
            except LeaseLost:
                self._hand.remove(lease)

    def _take(self, claims: Claims) -> None:
        self._hand += [claim.lease.id for claim in claims.claims]
        if not self._hand:
            self._day.after(_LOOK, self.look)
            return
        self._shown = self._hand[0]
        seconds = self._chance.lognormvariate(math.log(self._pace), _SPREAD)
        self._away = self._chance.random() < _WALKS
        if self._away:
            seconds += self._chance.lognormvariate(math.log(_AWAY), 1)
        self._day.after(seconds, self._end)

    def _end(self) -> None:
        """Answer the item, or leave it to others. Who comes back to the page sees what is lost."""
        self._day.back += self._away
        if self._away and self._has_page:
            self._keep()
        if self._shown in self._hand:
            self._hand.remove(self._shown)
            self._take(self._answered())
        else:
            self._take(Claims([]))

    def _answered(self) -> Claims:
        """The next items."""
        day, wanted = self._day, self._most - len(self._hand)
        if self._chance.random() < _SKIPS:
            with suppress(LeaseLost):
                day.desk.queues.skip(self._shown, self._user, None)
            return Claims([])
        day.answers += 1
        label = "leave" if self._chance.random() < _ERRS else "stay"
        try:
            return day.desk.decide(self._shown, self._user, Answer(label), wanted)[1]
        except LeaseLost:
            day.vain += 1
            return Claims([])


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """The shares of answers in vain."""
    plans = {"one answer": (Votes(), 1.0), "two or three answers": (Votes(min=2, max=3), 2.2)}
    return [
        figure
        for name, plan in plans.items()
        for figure in _figures(name, [_shift(seed, *plan) for seed in range(arguments.shifts)])
    ]


def _figures(name: str, days: Sequence[_Day]) -> Iterator[Figure]:
    vain, answers = sum(day.vain for day in days), sum(day.answers for day in days)
    share = wilson(vain, answers)
    seen = f"{vain} of {answers:,} answers in vain ({share.low:.2%} to {share.high:.2%})"
    yield Figure(f"{name}: {seen} / limit", 1000 * share.mean, _LIMIT, 1, "‰", True)
    back = sum(day.back for day in days)
    yield Figure(f"{name}: walked away and back / answers", back, answers, None, "times")


def _shift(seed: int, votes: Votes, answers_an_item: float) -> _Day:
    mean = [pace * math.exp(_SPREAD**2 / 2) for pace in _PACES]
    seconds = sum(mean) / len(mean) / _REVIEWERS * answers_an_item / _BUSY
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{Path(directory, 'review.db')}")
        database.upgrade(MIGRATIONS, "review_alembic_version")
        day = _Day(Desk(database), Random(seed))  # noqa: S311 - chance, no secret
        day.desk.configure(votes=votes)
        day.events_come(seconds)
        for number in range(_REVIEWERS + _LEADS):
            _Reviewer(day, number)
        day.pass_hours(_HOURS)
        database.close()
    return day


if __name__ == "__main__":
    shifts = (1, "how many hours of work, each with another seed")
    main("Wasted answers", measure, numbers={"shifts": shifts})
