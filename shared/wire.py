"""The two event types of the hot path, decoded by msgspec: the contract of events.py, faster.

tests/contracts/test_wire.py proves that both accept and refuse the same documents. `context` is
decoded although nobody on the way looks into it: passed on raw, a part that cannot be decoded
would be found only when a person is to see it.
"""

import re
from datetime import MAXYEAR, MINYEAR, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from pydantic_core import from_json

from shared.errors import Malformed
from shared.events import PROBABILITY_TOLERANCE
from shared.moments import in_utc_range

FeatureValue = bool | int | float | str | None
_EventId = Annotated[str, Meta(min_length=1, max_length=256)]
_Name = Annotated[str, Meta(min_length=1, max_length=600)]
_Label = Annotated[str, Meta(min_length=1, max_length=200)]
_Time = Annotated[datetime, Meta(tz=True)]
_Probability = Annotated[float, Meta(ge=0, le=1)]
_Project = Annotated[str, Meta(max_length=63)]
_JsonObject = dict[str, Any]
_Document = TypeVar("_Document")


class Model(Struct, gc=False, omit_defaults=False):
    """See `shared.events.ModelRef`."""

    name: str
    version: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(max_length=64)] = ""


class Evidence(Struct, gc=False):
    """See `shared.events.Evidence`."""

    field: str
    value: FeatureValue
    contribution: float


class RequestData(Struct, gc=False):
    """See `shared.events.ScoringRequested`."""

    event_id: _EventId
    features: dict[str, FeatureValue]
    context: _JsonObject | UnsetType = UNSET
    slices: dict[str, str] | UnsetType = UNSET
    deadline: _Time | UnsetType | None = UNSET
    occurred_at: _Time | UnsetType | None = UNSET


class PredictionData(Struct, gc=False):
    """See `shared.events.PredictionMade`."""

    event_id: _EventId
    features: dict[str, FeatureValue]
    probabilities: Annotated[dict[_Label, _Probability], Meta(min_length=1)]
    model: Model
    context: _JsonObject | UnsetType = UNSET
    slices: dict[str, str] | UnsetType = UNSET
    novelty: _Probability | UnsetType | None = UNSET
    evidence: list[Evidence] | UnsetType = UNSET
    deadline: _Time | UnsetType | None = UNSET


class Request(Struct, gc=False):
    """A `scoring.requested.v1` document. A `traceparent` that is none is passed over."""

    id: _Name
    source: _Name
    type: Literal["scoring.requested.v1"]
    time: _Time
    subject: str
    project: _Project
    data: RequestData
    specversion: Literal["1.0"] = "1.0"
    traceparent: Any = UNSET


class Prediction(Struct, gc=False):
    """A `prediction.made.v1` document."""

    id: _Name
    source: _Name
    type: Literal["prediction.made.v1"]
    time: _Time
    subject: str
    project: _Project
    data: PredictionData
    specversion: Literal["1.0"] = "1.0"
    traceparent: Any = UNSET


_names_a_digest = lru_cache(maxsize=1_000)(re.compile(r"([0-9a-f]{64})?").fullmatch)
_names_project = lru_cache(maxsize=1_000)(re.compile(r"[a-z][a-z0-9_-]{0,62}").fullmatch)

_SURELY_SHALLOW_BYTES, _SURELY_SHALLOW_BRACKETS = 500, 190
"""What is this short, or has so few brackets, is not nested beyond the contract's 200 levels."""

_requests = msgspec.json.Decoder(Request)
_predictions = msgspec.json.Decoder(Prediction)
_encoder = msgspec.json.Encoder()


def decode_request(document: bytes) -> Request:
    """Read a scoring request.

    Raises:
        Malformed: it is not one; the message says where.
    """
    request = _decoded(_requests, document)
    data = request.data
    _check_names(request)
    _check_moment(request.time)
    if data.deadline or data.occurred_at:
        _check_moment(data.deadline)
        _check_moment(data.occurred_at)
    return request


def decode_prediction(document: bytes) -> Prediction:
    """Read a prediction.

    Raises:
        Malformed: it is not one; the message says where.
    """
    prediction = _decoded(_predictions, document)
    _check_names(prediction)
    if not _names_a_digest(prediction.data.model.sha256):
        raise Malformed("data.model.sha256: must be 64 hexadecimal digits, in lower case, or empty")
    _check_moment(prediction.time)
    if prediction.data.deadline:
        _check_moment(prediction.data.deadline)
    total = sum(prediction.data.probabilities.values())
    if abs(total - 1) > PROBABILITY_TOLERANCE:
        raise Malformed(f"data.probabilities: must sum to 1, not {total:.4f}")
    return prediction


def encode(event: Request | Prediction) -> bytes:
    """The JSON document, in UTF-8."""
    return _encoder.encode(event)


def _decoded(decoder: msgspec.json.Decoder[_Document], document: bytes) -> _Document:
    try:
        document.decode()  # unknown parts are passed over, and must be UTF-8 all the same
        if len(document) > _SURELY_SHALLOW_BYTES and _brackets(document) > _SURELY_SHALLOW_BRACKETS:
            from_json(document)  # refuses what is nested too deeply
        return decoder.decode(document)
    except ValueError as error:
        raise Malformed(str(error)) from error


def _check_names(event: Request | Prediction) -> None:
    """What patterns of msgspec would check as well, but in half the time of the whole decoding."""
    if "\0" in event.id or "\0" in event.source or "\0" in event.data.event_id:
        raise Malformed("id, source and data.event_id: must hold no NUL character")
    if not _names_project(event.project):
        raise Malformed("project: must be of a-z, 0-9, _ and -, a letter first, at most 63")


def _check_moment(moment: datetime | UnsetType | None) -> None:
    if moment and moment.year in {MINYEAR, MAXYEAR}:
        try:
            in_utc_range(moment)
        except ValueError as error:
            raise Malformed(str(error)) from error


def _brackets(document: bytes) -> int:
    return document.count(b"[") + document.count(b"{")
