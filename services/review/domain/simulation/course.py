"""The past again, batch by batch, through the router of the product."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple, Protocol

from services.review.domain.certificate.block import Block
from services.review.domain.certificate.choosing import Choice
from services.review.domain.certificate.evidence import (
    WINDOW,
    Book,
    Label,
    Rescored,
    Return,
    family_of,
    retold,
)
from services.review.domain.certificate.gate import Placed
from services.review.domain.certificate.lanes import lane_of
from services.review.domain.router import Router
from services.review.domain.routing import Bar, Rules
from services.review.domain.simulation.past import Past, Promoted
from shared.events import Route
from shared.project import Project

_READ_EVERY = 1.0
"""The product reads what people said at most once a second."""

_ANSWERS_AT_ONCE = 1000
"""Its blocks hear so many answers a batch."""


class Arrival(NamedTuple):
    """An event of a play.

    Attributes:
        number: counts up from 0.
        past: what came.
        place: when it came, as a place in the ledger, and ...
        at: ... in seconds.
        draw: its audit coin in this play.
        wrong: whether the model errs, as people said or as it was drawn.
        known: the place up to which the router had read what people said; None: as it would have.
    """

    number: int
    past: Past
    place: int
    at: float
    draw: float
    wrong: bool
    known: int | None = None


class Heard(NamedTuple):
    """What people said of an event.

    Attributes:
        origin: the place of this very answer in the ledger; None: nobody gave it so.
        amends: whether it takes the place of an earlier one.
    """

    number: int
    wrong: bool
    origin: int | None = None
    amends: bool = False


class Answers(Protocol):
    """Who answers what the router gives to people."""

    def take(self, arrival: Arrival, route: Route) -> None:
        """An event was routed."""
        ...

    def until(self, at: float, place: int) -> Iterable[Heard]:
        """What was said since, before a moment that is a place in the ledger too."""
        ...


class InForce(NamedTuple):
    """What is in force at a moment."""

    project: Project
    version: int
    stopped: bool


@dataclass(slots=True)
class _Counted:
    """An audit that counts."""

    block: Block
    wrong: bool | None = None


@dataclass(slots=True)
class _Evidence:
    """What an answer will show of the event that it is about."""

    lane: str
    family: str
    score: float
    probability: float


class _Taken(NamedTuple):
    """What an answer has shown, as it was routed."""

    lane: str
    family: str
    label: Label
    amends: bool


@dataclass(slots=True)
class Course:
    """One play: of the same events by the same rules it is always the same.

    Attributes:
        blocks: all that began, in that order, with their lanes.
    """

    in_force: Callable[[int], InForce]
    answers: Answers
    promoted: Sequence[Promoted]
    blocks: list[tuple[str, Block]] = field(default_factory=list)
    _book: Book = field(default_factory=Book)
    _newest: dict[str, Block] = field(default_factory=dict)
    _audits: dict[int, _Counted] = field(default_factory=dict)
    _evidence: dict[int, _Evidence] = field(default_factory=dict)
    _unread: list[Heard] = field(default_factory=list)
    _unheard: list[Heard] = field(default_factory=list)
    _taken: deque[_Taken] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _places: dict[int, int] = field(default_factory=dict)
    _origins: list[int] = field(default_factory=list)
    _line: list[Promoted] = field(default_factory=list)
    _promotions: int = 0
    _read_at: float | None = None

    def know(self, before: Iterable[Past]) -> None:
        """Take what people had said of events from before."""
        said = sorted((said, past) for past in before for said in past.said[-1:])
        for answer, past in said:
            project = self.in_force(answer.place).project
            evidence = _shown(project, past, past.probability)
            if evidence is not None:
                heard = Heard(-1, answer.label != past.predicted, answer.place)
                self._learn(heard, evidence, answer.place)

    def play(
        self, arrivals: Iterable[Arrival], see: Callable[[Arrival, Route, Placed | Bar], None]
    ) -> None:
        """Route all events; each is shown to `see`."""
        for (place, at, known), batch in groupby(arrivals, key=_batch_of):
            in_force = self.in_force(place)
            self._listen(at, place)
            self._read(at, place, known)
            router = Router(
                Rules(in_force.project.policy, in_force.version, in_force.stopped),
                self._newest,
                Choice(in_force.project, self._book if in_force.project.policy.promises else None),
                self,
            )
            self._tell_blocks()
            for arrival in batch:
                self._route(router, arrival, in_force.project, see)

    def began(self, lane: str, block: Block) -> None:
        """See `router.Witness`."""
        self._newest[lane] = block
        self.blocks.append((lane, block))

    def ended(self, lane: str, block: Block) -> None:
        """See `router.Witness`: blocks are kept as they are."""

    def _route(
        self,
        router: Router,
        arrival: Arrival,
        project: Project,
        see: Callable[[Arrival, Route, Placed | Bar], None],
    ) -> None:
        route, placed = router.route(arrival.past.data, arrival.draw)
        if isinstance(placed, Placed):
            if placed.ruling.counted:
                self._audits[arrival.number] = _Counted(self._newest[placed.lane])
            router.note(placed)
        evidence = _shown(project, arrival.past, route.inclusion_probability)
        if evidence is not None:
            self._evidence[arrival.number] = evidence
        self.answers.take(arrival, route)
        see(arrival, route, placed)

    def _listen(self, at: float, place: int) -> None:
        """Hear what was said; of checks that count, blocks hear it too."""
        for heard in self.answers.until(at, place):
            self._unread.append(heard)
            if heard.number in self._audits:
                self._unheard.append(heard)

    def _read(self, at: float, place: int, known: int | None) -> None:
        """Learn from what was said: as far as it was known, or else where that is due."""
        if known is None:
            if self._read_at is not None and at - self._read_at < _READ_EVERY:
                return
            self._read_at = at
        unread, self._unread = self._unread, []
        for heard in unread:
            evidence = self._evidence.get(heard.number)
            if known is not None and heard.origin is not None and heard.origin > known:
                self._unread.append(heard)
            elif evidence is not None:
                self._learn(heard, evidence, place)
        self._rescore(place if known is None else known)

    def _rescore(self, place: int) -> None:
        """Judge by what versions that have come into service said before."""
        while self._promotions < len(self.promoted):
            step = self.promoted[self._promotions]
            if step.place > place:
                return
            self._promotions += 1
            if step.learned is None:
                self._line.append(step)
                self._judge_by(step)
            else:
                self._line = [s for s in self._line if s.version <= step.version] + [step]
                self._go_back()

    def _go_back(self) -> None:
        """Somebody went back to a version: what newer ones have brought is undone."""
        self._book = Book()
        returns = [self._return(step) for step in self._line if step.learned is not None]
        for lane, family, label, amends in self._taken:
            told = (lane, label) if amends else retold(lane, label, returns)
            if told is not None:
                self._book.take(told[0], family, told[1], amends=amends)
        for step in self._line:
            if step.learned is None:
                self._judge_by(step)

    def _judge_by(self, step: Promoted) -> None:
        said = self._said(step)
        if said:
            self._book.rescore(self.in_force(step.place).project.name, said)

    def _return(self, step: Promoted) -> Return:
        """The same with the numbers under which answers were learned here for places."""
        learned = bisect_right(self._origins, step.learned or 0)
        return Return(learned, bisect_left(self._origins, step.place) + 1, self._said(step))

    def _said(self, step: Promoted) -> dict[int, Rescored]:
        return {self._places[n]: said for n, said in step.said.items() if n in self._places}

    def _learn(self, heard: Heard, shown: _Evidence, place: int) -> None:
        """Take what was said; what nobody gave so was said at the `place` where it is read."""
        self._origins.append(place if heard.origin is None else heard.origin)
        number = len(self._origins)
        if heard.origin is not None:
            self._places[heard.origin] = number
        label = Label(number, str(heard.number), shown.score, heard.wrong, shown.probability)
        self._taken.append(_Taken(shown.lane, shown.family, label, heard.amends))
        self._book.take(shown.lane, shown.family, label, amends=heard.amends)

    def _tell_blocks(self) -> None:
        now, self._unheard = self._unheard[:_ANSWERS_AT_ONCE], self._unheard[_ANSWERS_AT_ONCE:]
        for number, heard in {heard.number: heard for heard in now}.items():
            audit = self._audits[number]
            if audit.wrong is not heard.wrong:
                audit.block.hear(before=audit.wrong, now=heard.wrong)
                audit.wrong = heard.wrong


def as_recorded(events: Sequence[Past]) -> Iterator[Arrival]:
    """The events as they came, with the coins that were thrown."""
    batch: Past | None = None
    for number, past in enumerate(events):
        batch = past if batch is None or past.at != batch.at else batch
        wrong = bool(past.wrong)
        yield Arrival(number, past, batch.place, past.at, past.draw, wrong, batch.known)


def _shown(project: Project, past: Past, probability: float) -> _Evidence | None:
    """What an answer shows of a lane; of no model it shows nothing."""
    model = past.data.model
    if model.version == 0:
        return None
    slices: Mapping[str, str] = past.data.slices or {}
    lane = lane_of(past.predicted, slices, project.policy.certify_by)
    family = family_of(project.name, model.name, model.sha256)
    return _Evidence(lane, family, past.score, probability)


def _batch_of(arrival: Arrival) -> tuple[int, float, int | None]:
    return arrival.place, arrival.at, arrival.known
