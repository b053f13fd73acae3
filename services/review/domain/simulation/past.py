"""The past, as the ledger has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.review.domain.certificate.evidence import Rescored
from services.review.domain.simulation.people import People
from shared import wire
from shared.events import RouteReason
from shared.project import Project


class Said(NamedTuple):
    """What people settled on.

    Attributes:
        place: of the correction in the ledger.
        at: when, in seconds since 1970.
    """

    place: int
    at: float
    label: str


@dataclass(slots=True, eq=False)
class Past:
    """An event that was routed.

    Attributes:
        place: in the ledger.
        at: when, in seconds since 1970; events of one batch share it.
        data: the prediction; of its features only those that some rule asks for.
        predicted: the likeliest label.
        score: its risk, 1 less the probability of that label.
        draw: its audit coin.
        route: reason, inclusion probability and certificate.
        version: of the policy that was in force.
        known: the place up to which its router had read what people said; None: nobody noted it.
        due: its own deadline, if it has one.
        said: what people settled on, the first answer first.
        votes: how many answers it got.
        by_leads: whether it went on to the leads.
    """

    place: int
    at: float
    data: wire.PredictionData
    predicted: str
    score: float
    draw: float
    route: tuple[RouteReason, float, str | None]
    version: int
    known: int | None = None
    due: float | None = None
    said: list[Said] = field(default_factory=list)
    votes: int = 0
    by_leads: bool = False

    @property
    def probability(self) -> float:
        """π, with which a person was to see it."""
        return self.route[1]

    @property
    def is_reviewed(self) -> bool:
        """Whether it went to people."""
        return self.route[0] is not RouteReason.CONFIDENT

    @property
    def wrong(self) -> bool | None:
        """Whether people said otherwise than the model; None: they said nothing."""
        return self.said[-1].label != self.predicted if self.said else None


class Applied(NamedTuple):
    """A project file came into force."""

    place: int
    version: int
    project: Project


class Switched(NamedTuple):
    """Automation was stopped, or resumed."""

    place: int
    stopped: bool


class Promoted(NamedTuple):
    """A model version came into service, or again, that had been asked about answers before.

    Attributes:
        said: its answers, by the places of people's.
        learned: the place of the last answer that it has learned, if somebody went back to it.
    """

    place: int
    version: int
    said: Mapping[int, Rescored]
    learned: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the past.

    Attributes:
        events: in the order of the ledger; at least one.
        before: answered events from before, whose labels were known at its beginning.
        applied: project files, those from before too, oldest first.
        switched: stops and their ends, those from before too, oldest first.
        promoted: model versions, oldest first.
        people: who answered.
        whole: whether it begins with the first event of all.
        erased: events whose content was erased.
    """

    events: Sequence[Past]
    before: Sequence[Past]
    applied: Sequence[Applied]
    switched: Sequence[Switched]
    promoted: Sequence[Promoted]
    people: People
    whole: bool
    erased: int = 0

    @property
    def days(self) -> float:
        """How long it lasted."""
        return (self.events[-1].at - self.events[0].at) / 86_400
