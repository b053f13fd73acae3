"""What the ledger says of an event and its answer to those who keep figures."""

from datetime import datetime

import msgspec

from shared.events import FeatureValue


class Model(msgspec.Struct):
    """See `shared.events.ModelRef`."""

    version: int


class Prediction(msgspec.Struct):
    """The part of a prediction that figures rest on; what was erased is empty."""

    probabilities: dict[str, float]
    model: Model
    features: dict[str, FeatureValue] = {}
    slices: dict[str, str] = {}
    novelty: float | None = None


class Route(msgspec.Struct):
    """See `shared.events.Route`."""

    kind: str
    reason: str
    inclusion_probability: float


class Routed(msgspec.Struct):
    """A routed event's record."""

    prediction: Prediction
    route: Route


class Event(msgspec.Struct, frozen=True):
    """An event that was routed."""

    project: str
    event_id: str
    routed: Routed
    at: datetime


class Answer(msgspec.Struct, frozen=True):
    """What people settled on.

    Attributes:
        event: what the model had said.
        before: what they had settled on earlier, if this amends it.
        said: what each of them had answered.
    """

    event: Event
    label: str
    before: str | None
    said: tuple[str, ...]
    at: datetime

    @property
    def project(self) -> str:
        """Whose it is."""
        return self.event.project


class _Vote(msgspec.Struct):
    label: str


class Settled(msgspec.Struct):
    """The part of a correction's record that figures rest on."""

    label: str
    votes: list[_Vote] = []

    @property
    def said(self) -> tuple[str, ...]:
        """What each reviewer had answered."""
        return tuple(vote.label for vote in self.votes)


_settled = msgspec.json.Decoder(Settled)
_routed = msgspec.json.Decoder(Routed)


def read(body: str) -> Routed:
    """Read the record of a routed event."""
    return _routed.decode(body)


def read_settled(body: str) -> Settled:
    """Read the record of a correction."""
    return _settled.decode(body)
