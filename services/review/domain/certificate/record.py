"""The facts of a replay, as they stand in the ledger."""

import msgspec

from services.review.domain.certificate.block import End, Terms
from services.review.domain.certificate.gate import Ruling
from services.review.domain.certificate.replay import (
    Answered,
    Began,
    Corrected,
    Ended,
    Fact,
    Ruled,
)
from services.review.domain.ledger import Entry, Kind
from services.review.domain.routing import predicted_label

KINDS = (Kind.BLOCK_BEGAN, Kind.ROUTED, Kind.CORRECTED, Kind.AUDITED, Kind.BLOCK_ENDED)
"""The kinds of entries that tell of blocks."""


class _Placed(msgspec.Struct):
    """See `gate.Placed`."""

    lane: str
    score: float
    inside: bool
    probability: float
    review: bool
    counted: bool
    block: int
    threshold: float | None


class _Model(msgspec.Struct):
    name: str
    version: int
    sha256: str = ""


class _Prediction(msgspec.Struct):
    probabilities: dict[str, float]
    model: _Model
    slices: dict[str, str] = {}


class _Route(msgspec.Struct):
    inclusion_probability: float


class Routed(msgspec.Struct):
    """The part of a routed event's record that its block rests on, and its evidence."""

    draw: float
    coin_key: str
    route: _Route
    prediction: _Prediction
    placed: _Placed | None = None


class _Began(msgspec.Struct):
    alpha: float
    window: int
    delta: float
    floor: float
    miss_rate: float


class _Audited(msgspec.Struct):
    wrong: bool | None


class _Corrected(msgspec.Struct):
    label: str


_routed = msgspec.json.Decoder(Routed)
_began = msgspec.json.Decoder(_Began)
_audited = msgspec.json.Decoder(_Audited)
_corrected = msgspec.json.Decoder(_Corrected)


def read_routed(body: str) -> Routed:
    """Read the record of a routed event."""
    return _routed.decode(body)


def read_label(body: str) -> str:
    """Read what people settled on."""
    return _corrected.decode(body).label


def fact_of(entry: Entry) -> Fact | None:
    """What an entry says of a block; None: it says nothing of any."""
    match entry.kind:
        case Kind.BLOCK_BEGAN:
            terms = Terms(**msgspec.structs.asdict(_began.decode(entry.body)))
            return Began(entry.subject, entry.revision, terms)
        case Kind.BLOCK_ENDED:
            return Ended(entry.subject, entry.revision, End(entry.detail))
        case Kind.AUDITED:
            return Answered(entry.subject, _audited.decode(entry.body).wrong)
        case Kind.CORRECTED:
            return Corrected(entry.subject, read_label(entry.body))
        case _:
            return _ruled(entry.subject, read_routed(entry.body))


def _ruled(event_id: str, record: Routed) -> Ruled | None:
    placed, prediction = record.placed, record.prediction
    if placed is None:
        return None
    ruling = Ruling(
        placed.inside,
        placed.probability,
        placed.review,
        placed.counted,
        placed.block,
        placed.threshold,
    )
    label = predicted_label(prediction.probabilities)
    version = prediction.model.version
    return Ruled(placed.lane, event_id, label, version, placed.score, record.draw, ruling)
