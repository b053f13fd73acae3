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
    version: int


class _Prediction(msgspec.Struct):
    probabilities: dict[str, float]
    model: _Model


class Routed(msgspec.Struct):
    """The part of a routed event's record that its block rests on."""

    draw: float
    coin_key: str
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


def routed(entry: Entry) -> Routed:
    """Read the record of a routed event."""
    return _routed.decode(entry.body)


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
            return Corrected(entry.subject, _corrected.decode(entry.body).label)
        case _:
            return _ruled(entry.subject, routed(entry))


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
    label = max(prediction.probabilities, key=prediction.probabilities.__getitem__)
    version = prediction.model.version
    return Ruled(placed.lane, event_id, label, version, placed.score, record.draw, ruling)
